#pragma once

/// How often this program has asked for memory so far. Linking this target replaces malloc(3) and its kin.
unsigned long allocation_count(void);
