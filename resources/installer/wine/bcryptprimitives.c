/* Wine 8 has no bcryptprimitives.dll, and libraries written in Rust ask it for random bytes.
 * For smoke tests under Wine only; it goes into Wine's folder and into no installer.
 * Source: https://learn.microsoft.com/windows/win32/seccng/processprng
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom, of advapi32 */

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T length)
{
    return SystemFunction036(data, (ULONG)length);
}
