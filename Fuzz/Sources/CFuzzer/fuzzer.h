// The entry of libFuzzer for programs that have a main function of their own
// (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one_input)(const uint8_t *data, size_t size));

// A file without a name that lies in memory. The headers of glibc show it to GNU's C only.
int memfd_create(const char *name, unsigned int flags);
