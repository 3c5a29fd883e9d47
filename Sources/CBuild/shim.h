#pragma once

// Packaging/static.sh links an object that has it. A build of SwiftPM alone has none, so that the same sources give the same bytes
// whatever commit they are of; a weak symbol that is nowhere has the address zero.
extern const char rancher_images_commit[] __attribute__((weak));

// The commit that the executable was built of, or NULL.
static inline const char *CBuild_commit(void) { return rancher_images_commit; }
