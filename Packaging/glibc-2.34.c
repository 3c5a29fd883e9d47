/*
 * What Debian's static libraries and Swift's take from glibc 2.35, so that the executables need 2.34 only: RHEL 9 has no
 * later one.
 */

#include <math.h>

/*
 * libgcc's unwinder asks here for the unwind tables of an address. There are none (discard.ld), so nothing is found,
 * which is -1.
 */
int _dl_find_object(void *address, void *result) {
    (void)address;
    (void)result;
    return -1;
}

/* Swift's overlay of glibc refers to it. The squares of a float and their sum do not leave the range of a double. */
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
