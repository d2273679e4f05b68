"""Recorded requests to Mailman 3's REST API and its answers (VCR cassettes), played against a server of ours.

    player = Player(call)               # call(method, path, body) -> status, Location, JSON or None
    player.play('TestUnicode.yaml')     # player.alike, player.unlike: (method, path, what is unlike)

An answer is alike when its status is the recorded one and it has every field that was recorded; what later versions of
Mailman have added (ADDED) may be there, too. Ids differ from run to run and are replaced by those that were given here."""
import json
import re
import urllib.parse

import yaml

ADDED = {'advertised', 'description', 'bounce_score', 'total_warnings_sent', 'subscription_mode', 'type', 'self_link',
         'last_bounce_received', 'last_warning_sent', 'display_name'}
ID = re.compile(r'[0-9a-f]{32,40}')


def parse(body):
    text = body.get('string') if isinstance(body, dict) else body
    if isinstance(text, bytes):
        text = text.decode('utf-8', 'replace')
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def fields(entry):
    return set(entry) if isinstance(entry, dict) else set()


def unlike(recorded, got):
    """What is missing or strange in an answer's fields, in words; '' where nothing is."""
    if not isinstance(recorded, dict):
        return ''
    if not isinstance(got, dict):
        return 'no JSON'
    missing, strange = fields(recorded) - fields(got), fields(got) - fields(recorded) - ADDED
    if 'start' not in recorded and 'list_id' not in recorded and 'email' not in recorded:
        strange -= {'entries'}
    first, ours = (x.get('entries') or [{}] for x in (recorded, got))
    missing |= {'entries.' + x for x in fields(first[0]) - fields(ours[0])} if 'entries' not in missing else set()
    strange |= {'entries.' + x for x in fields(ours[0]) - fields(first[0]) - ADDED} if 'entries' not in strange else set()
    return '; '.join(f'{what}: {", ".join(sorted(some))}' for what, some in (('missing', missing), ('more', strange)) if some)


class Player:
    def __init__(self, call, config_more):
        """config_more: fields of a list's config that are there beside the recorded ones."""
        self.call, self.config_more = call, config_more
        self.alike, self.unlike, self.total, self.ids, self.held = [], [], 0, {}, {}

    def translate(self, text):
        for theirs, ours in self.ids.items():
            text = text.replace(theirs, ours)
        return re.sub(r'(?<=/held/)\d+', lambda m: self.held.get(m[0], m[0]), text)

    def learn(self, recorded, location, answer, where):
        """The ids of what was made, and of what is listed."""
        for theirs, ours in ((recorded['location'], location), (recorded['json'], answer)):
            if isinstance(theirs, str) and isinstance(ours, str):
                pairs = zip(ID.findall(theirs), ID.findall(ours))
                self.ids.update((a, b) for a, b in pairs if len(a) == len(b))
            elif isinstance(theirs, dict) and isinstance(ours, dict):
                if 'user_id' in theirs and 'user_id' in ours:
                    self.ids[theirs['user_id']] = ours['user_id']
                if 'token' in theirs and 'token' in ours:
                    self.ids[theirs['token']] = ours['token']
                self.learn_listed([theirs] + theirs.get('entries', []), [ours] + ours.get('entries', []))

    def learn_listed(self, theirs, ours):
        def key(x):
            return x.get('email'), x.get('role'), x.get('list_id'), x.get('message_id')
        mine = {key(x): x for x in ours if isinstance(x, dict)}
        for x in theirs:
            y = mine.get(key(x), {}) if any(key(x)) else {}
            for name in ('token', 'member_id', 'user_id'):
                if name in x and name in y:
                    self.ids[x[name]] = y[name]
            if 'user' in x and 'user' in y:
                self.ids[x['user'].rsplit('/', 1)[1]] = y['user'].rsplit('/', 1)[1]
            if 'request_id' in x and 'request_id' in y:
                self.held[str(x['request_id'])] = str(y['request_id'])

    def play(self, path, before=None):
        with open(path, encoding='utf-8') as f:
            interactions = yaml.load(f, getattr(yaml, 'CSafeLoader', yaml.SafeLoader))['interactions']
        self.ids.clear()
        for one in interactions:
            self.one(one['request'], one['response'], before)

    def one(self, request, response, before):
        url = urllib.parse.urlsplit(request['uri'])
        path = re.sub(r'^/3\.[01]/', '', url.path) + ('?' + url.query if url.query else '')
        body = request.get('body') or None
        body = body.decode() if isinstance(body, bytes) else body
        headers = {k.lower(): v[0] for k, v in response['headers'].items()}
        recorded = {'location': headers.get('location', ''), 'json': parse(response['body'])}
        if before:
            before(request['method'], path, recorded['json'])
        status, location, answer = self.call(request['method'], self.translate(path), self.translate(body) if body else None)
        self.total += 1
        wanted = response['status']['code']
        what = f'{status}, recorded {wanted}' if status != wanted else '' if wanted >= 400 else self.fields(path, recorded, answer)
        (self.unlike.append((request['method'], path, what, answer)) if what else self.alike.append((request['method'], path)))
        self.learn(recorded, location, answer, path)

    def fields(self, path, recorded, answer):
        if path.endswith('/config') and isinstance(answer, dict):
            answer = {k: v for k, v in answer.items() if k not in self.config_more or k in (recorded['json'] or {})}
        return unlike(recorded['json'], answer)
