package org.refract.itest;

import java.nio.file.Path;

/** The product that is tested: the folder as it is unpacked from the archive. */
final class Product {

    private Product() {}

    static Path folder() {
        return Path.of(System.getProperty("refract.product")).toAbsolutePath().normalize();
    }

    static Path program() {
        return folder().resolve("bin/refract");
    }
}
