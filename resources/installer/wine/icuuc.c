/* Wine 8 has no icuuc.dll, and Qt6Core names these functions of it, for rare text encodings.
 * All say that they cannot: Qt then does without. The two callbacks are only passed on.
 * For smoke tests under Wine only; it goes into Wine's folder and into no installer.
 * Source: ICU's ucnv.h, https://unicode-org.github.io/icu-docs/apidoc/released/icu4c/ucnv_8h.html
 */
#include <stddef.h>

#define UNSUPPORTED 16 /* U_UNSUPPORTED_ERROR */
#define ANSWER(type, name, ...) __declspec(dllexport) type name(__VA_ARGS__)

ANSWER(void, UCNV_FROM_U_CALLBACK_SUBSTITUTE, void) {}
ANSWER(void, UCNV_TO_U_CALLBACK_SUBSTITUTE, void) {}
ANSWER(void, ucnv_cbFromUWriteUChars, void) {}
ANSWER(void, ucnv_cbToUWriteUChars, void) {}
ANSWER(void, ucnv_close, void) {}
ANSWER(void, ucnv_fromUnicode, void) {}
ANSWER(void, ucnv_getFromUCallBack, void) {}
ANSWER(void, ucnv_getToUCallBack, void) {}
ANSWER(void, ucnv_reset, void) {}
ANSWER(void, ucnv_setFromUCallBack, void) {}
ANSWER(void, ucnv_setToUCallBack, void) {}
ANSWER(void, ucnv_toUnicode, void) {}
ANSWER(int, ucnv_countAvailable, void) { return 0; }
ANSWER(int, ucnv_fromUCountPending, void) { return 0; }
ANSWER(int, ucnv_toUCountPending, void) { return 0; }
ANSWER(signed char, ucnv_getMaxCharSize, void) { return 1; }
ANSWER(const char *, ucnv_getAvailableName, void) { return NULL; }

ANSWER(void *, ucnv_open, const char *name, int *error)
{
    *error = UNSUPPORTED;
    return NULL;
}

ANSWER(const char *, ucnv_getName, const void *converter, int *error)
{
    *error = UNSUPPORTED;
    return NULL;
}

ANSWER(const char *, ucnv_getStandardName, const char *name, const char *standard, int *error)
{
    *error = UNSUPPORTED;
    return NULL;
}
