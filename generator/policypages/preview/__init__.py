"""Show sites while they are written: pages made when asked for, by the stages of a build, and kept true."""
