package org.refract.itest;

import java.util.List;

/** The layers of the house, from the ground up. A bundle's name says which one it belongs to. */
enum Layer {
    FOUNDATION,
    API,
    /** Pictures, plots and mathematics, which know nothing of models. */
    LIBRARY,
    ENGINE,
    NETWORKS,
    /** What plug-ins and writers are held to; beside the tests, not in the product. */
    TEST_KIT,
    PLUG_IN,
    FACE;

    private static final List<String> PLUG_INS = List.of("org.refract.model.", "org.refract.sae.", "org.refract.tokenizer.",
            "org.refract.attribution.", "org.refract.analysis.", "org.refract.format.");
    private static final List<String> LIBRARIES = List.of("org.refract.pictures", "org.refract.plot", "org.refract.linalg");
    private static final List<String> FACES = List.of("org.refract.cli", "org.refract.report", "org.refract.workbench", "org.refract.view.");

    /** The layer of the bundle with this symbolic name. */
    static Layer of(String bundle) {
        if (!bundle.startsWith("org.refract.") || bundle.equals("org.refract.djl") || bundle.equals("org.refract.logging") || bundle.equals("org.refract.webp")) {
            return FOUNDATION;
        }
        if (bundle.equals("org.refract.api")) {
            return API;
        }
        if (LIBRARIES.contains(bundle)) {
            return LIBRARY;
        }
        if (bundle.equals("org.refract.engine")) {
            return ENGINE;
        }
        if (bundle.equals("org.refract.nn")) {
            return NETWORKS;
        }
        if (bundle.equals("org.refract.tck")) {
            return TEST_KIT;
        }
        if (PLUG_INS.stream().anyMatch(bundle::startsWith)) {
            return PLUG_IN;
        }
        if (FACES.stream().anyMatch(bundle::startsWith)) {
            return FACE;
        }
        throw new IllegalArgumentException(bundle + " belongs to no layer");
    }
}
