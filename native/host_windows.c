/*
 * The addon takes Node-API from node.exe when it is first called (a delayed import): a host of another name (Electron, a
 * program made from Node, a renamed node.exe) or its libnode.dll has the same functions, and is asked in its place.
 * As node-gyp's win_delay_load_hook does.
 */
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <string.h>

/* As delayimp.h of Windows declares them; MinGW-w64 has the code and not the header. */
typedef struct {
  DWORD size;
  const void *descriptor;
  FARPROC *cell;
  const char *library;
} DelayLoad;
typedef FARPROC(WINAPI *DelayHook)(unsigned event, DelayLoad *what);
enum { BEFORE_LOADING = 1 };

static FARPROC WINAPI host(unsigned event, DelayLoad *what) {
  if (event != BEFORE_LOADING || _stricmp(what->library, "node.exe") != 0) return NULL;
  HMODULE found = GetModuleHandleA("libnode.dll");
  return (FARPROC)(void *)(found ? found : GetModuleHandleA(NULL));
}

DelayHook __pfnDliNotifyHook2 = host;
#endif
