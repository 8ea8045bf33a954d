package org.refract.itest;

import org.refract.testing.RunsInFelix;

/** Stands for the tests in the test bundles, which run inside Felix under their own names. */
@RunsInFelix
class BundleTests {}
