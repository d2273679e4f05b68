"""What of words is left in a data folder, in whatever form this program keeps octets.

    left = Leftovers(p.data)
    left.find(['aubergine'])      # {('archive.db', 'a frame'), ('words', 'term'), ...}

Octets of every file as they are, as base64 and as hexadecimal digits; whatever begins a zstd
frame, unpacked with each dictionary of the book by libzstd alone; each row of each table; and
the terms of the full text index, read out of its segments page by page, also of those that a
search no longer looks at."""
import base64
import ctypes
import ctypes.util
import glob
import os
import sqlite3

MAGIC = b'\x28\xb5\x2f\xfd'


class Buffer(ctypes.Structure):  # ZSTD_inBuffer and ZSTD_outBuffer
    _fields_ = [('octets', ctypes.c_void_p), ('size', ctypes.c_size_t), ('at', ctypes.c_size_t)]


class Zstd:
    MOST = 4 << 20

    def __init__(self):
        z = self.z = ctypes.CDLL(ctypes.util.find_library('zstd') or 'libzstd.so.1')
        for name, result, arguments in (
                ('ZSTD_createDCtx', ctypes.c_void_p, []), ('ZSTD_isError', ctypes.c_uint, [ctypes.c_size_t]),
                ('ZSTD_DCtx_reset', ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_int]),
                ('ZSTD_DCtx_loadDictionary', ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
                ('ZSTD_decompressStream', ctypes.c_size_t, [ctypes.c_void_p, ctypes.POINTER(Buffer), ctypes.POINTER(Buffer)])):
            f = getattr(z, name)
            f.restype, f.argtypes = result, arguments
        self.room = ctypes.create_string_buffer(self.MOST)
        self.contexts = {}

    def unpack(self, octets, dictionary=b''):
        """As much as can be unpacked of what begins there, also of a frame that breaks off, and of those that follow it at once."""
        if dictionary not in self.contexts:
            self.contexts[dictionary] = self.z.ZSTD_createDCtx()
            self.z.ZSTD_DCtx_loadDictionary(self.contexts[dictionary], dictionary, len(dictionary))
        context = self.contexts[dictionary]
        self.z.ZSTD_DCtx_reset(context, 1)  # the session only
        keep = ctypes.create_string_buffer(octets, len(octets))
        come, gone = Buffer(ctypes.addressof(keep), len(octets), 0), Buffer(ctypes.addressof(self.room), self.MOST, 0)
        while come.at < come.size and gone.at < gone.size:
            before = come.at, gone.at
            if self.z.ZSTD_isError(self.z.ZSTD_decompressStream(context, ctypes.byref(gone), ctypes.byref(come))) or before == (come.at, gone.at):
                break
        return self.room.raw[:gone.at]


def varint(octets, at):
    """A number as SQLite writes it, and where it ends."""
    value = 0
    for i in range(9):
        byte = octets[at + i]
        value = (value << 7) | (byte & 0x7f)
        if byte < 0x80:
            return value, at + i + 1
    return value, at + 9


def terms(book):
    """Every term that stands on a page of the index, of a segment in use or not (SQLite's fts5_index.c, "leaf pages")."""
    found = set()
    for id_, page in book.execute('SELECT id, block FROM words_data WHERE id > 10'):
        if (id_ >> 31) & 0x3f or len(page) < 4:  # a page of an index of rowids
            continue
        at, size = 0, int.from_bytes(page[2:4], 'big')
        footer, term = size, b''
        while footer < len(page):
            step, footer = varint(page, footer)
            at += step
            if not term:
                length, start = varint(page, at)
                term = page[start:start + length]
            else:
                kept, start = varint(page, at)
                length, start = varint(page, start)
                term = term[:kept] + page[start:start + length]
            found.add(term[1:])
    return found


def forms(word):
    """The word as octets may hold it: plain, and inside of base64 at each of three places."""
    octets = word.encode()
    out = [octets.lower(), octets.hex().encode()]
    for shift in range(3):
        coded = base64.b64encode(b'\0' * shift + octets)
        out.append(coded[[0, 2, 3][shift]:-4].lower() if len(octets) > 6 else octets.lower())
    return out


class Leftovers:
    def __init__(self, data):
        self.data, self.zstd = data, Zstd()

    def dictionaries(self):
        with sqlite3.connect(f'file:{self.data}/archive/archive.db?mode=ro', uri=True) as book:
            return [b''] + [x for x, in book.execute('SELECT bytes FROM dictionary')]

    def files(self):
        """Name, octets."""
        for folder, _, names in os.walk(self.data):
            for name in names:
                if os.path.isfile(f'{folder}/{name}'):
                    with open(f'{folder}/{name}', 'rb') as f:
                        yield os.path.relpath(f'{folder}/{name}', self.data), f.read()

    def rows(self):
        """Table, octets of one row of it, unpacked where they are packed."""
        known = self.dictionaries()
        for path in glob.glob(f'{self.data}/*/*.db'):
            book = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
            book.text_factory = bytes
            for name, in book.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").fetchall():
                table = name.decode()
                for row in book.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        if isinstance(value, bytes):
                            yield f'{os.path.basename(path)} {table}', value
                            if value.startswith(MAGIC):
                                for dictionary in known:
                                    yield f'{os.path.basename(path)} {table}, unpacked', self.zstd.unpack(value, dictionary)
            book.close()

    def terms(self):
        with sqlite3.connect(f'file:{self.data}/archive/archive.db?mode=ro', uri=True) as book:
            return terms(book)

    def frames(self, octets, known):
        at = octets.find(MAGIC)
        while at >= 0:
            for dictionary in known:
                yield self.zstd.unpack(octets[at:at + (1 << 18)], dictionary)
            at = octets.find(MAGIC, at + 4)

    def find(self, words):
        """Where each of the words is, as pairs."""
        wanted = {w: forms(w) for w in words}
        found, known = set(), self.dictionaries()

        def look(where, octets):
            low = octets.lower()
            found.update((where, w) for w, fs in wanted.items() if any(f in low for f in fs))
        for name, octets in self.files():
            look(name, octets)
            if name.startswith('archive/'):
                for frame in self.frames(octets, known):
                    look(f'{name}, a frame', frame)
        for where, octets in self.rows():
            look(where, octets)
        look('a term', b'\n'.join(self.terms()))
        return found
