"""Publish the output: a plan of what a target lacks, carried out so that readers never see half of it."""
