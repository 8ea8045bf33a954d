package org.example.sae.l1;

import org.refract.testing.RunsInFelix;

/** Stands for the tests of this project, which run inside Felix. */
@RunsInFelix
class TestsInFelix {}
