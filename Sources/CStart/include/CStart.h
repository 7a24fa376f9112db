// Nothing is called here: what start.c registers runs before the program does.
