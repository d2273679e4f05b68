/* mail/tnef_inside.h: the numbers of TNEF and MAPI that its files share. */
#pragma once

#define TNEF_MARK 0x223e9f78U

enum tnef_attribute { /* [MS-OXTNEF] section 2.1.3: of a message, of a file */
		      TNEF_SUBJECT = 0x00018004,
		      TNEF_BODY = 0x0002800c,
		      TNEF_MESSAGE = 0x00069003, /* properties */
		      TNEF_VERSION = 0x00089006,
		      TNEF_CODEPAGE = 0x00069007,
		      TNEF_FILE_BEGINS = 0x00069002,
		      TNEF_FILE_NAME = 0x00018010,
		      TNEF_FILE_BYTES = 0x0006800f,
		      TNEF_FILE = 0x00069005, /* properties */
};

enum mapi_type { /* [MS-OXCDATA] section 2.11.1 */
		 MAPI_SHORT = 0x02,
		 MAPI_LONG = 0x03,
		 MAPI_FLOAT = 0x04,
		 MAPI_DOUBLE = 0x05,
		 MAPI_CURRENCY = 0x06,
		 MAPI_APPTIME = 0x07,
		 MAPI_ERROR = 0x0a,
		 MAPI_BOOLEAN = 0x0b,
		 MAPI_OBJECT = 0x0d,
		 MAPI_INT64 = 0x14,
		 MAPI_STRING = 0x1e,
		 MAPI_UNICODE = 0x1f,
		 MAPI_SYSTIME = 0x40,
		 MAPI_CLSID = 0x48,
		 MAPI_BINARY = 0x102,
};

enum mapi_property { /* [MS-OXPROPS] */
		     MAPI_SUBJECT = 0x0037,
		     MAPI_BODY = 0x1000,
		     MAPI_HTML = 0x1013,
		     MAPI_DISPLAY_NAME = 0x3001,
		     MAPI_ATTACH_DATA = 0x3701,
		     MAPI_ATTACH_NAME = 0x3704,
		     MAPI_ATTACH_LONG_NAME = 0x3707,
		     MAPI_ATTACH_TYPE = 0x370e,
};
