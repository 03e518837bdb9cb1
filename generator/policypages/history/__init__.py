"""What was published when: releases are made here, and two states of a site compared."""
