package org.refract.workbench.picture;

/**
 * A perceptually uniform colour map: equal steps of the value look equally large, in print without colour as well.
 * The maps are matplotlib's (CC0); each channel is the sixth-degree polynomial that Matt Zucker fitted to the map's table
 * (public domain, at most 2/255 off).
 */
public enum Colormap {
    INFERNO("Inferno", new double[][] {
        {0.0002189403691192265, 0.1065134194856116, 11.60249308247187, -41.70399613139459, 77.162935699427, -71.31942824499214, 25.13112622477341},
        {0.001651004631001012, 0.5639564367884091, -3.972853965665698, 17.43639888205313, -33.40235894210092, 32.62606426397723, -12.24266895238567},
        {-0.01948089843709184, 3.932712388889277, -15.9423941062914, 44.35414519872813, -81.80730925738993, 73.20951985803202, -23.07032500287172}}),
    VIRIDIS("Viridis", new double[][] {
        {0.2777273272234177, 0.1050930431085774, -0.3308618287255563, -4.634230498983486, 6.228269936347081, 4.776384997670288, -5.435455855934631},
        {0.005407344544966578, 1.404613529898575, 0.214847559468213, -5.799100973351585, 14.17993336680509, -13.74514537774601, 4.645852612178535},
        {0.3340998053353061, 1.384590162594685, 0.09509516302823659, -19.33244095627987, 56.69055260070105, -65.35303263337234, 26.3124352495832}}),
    PLASMA("Plasma", new double[][] {
        {0.05873234392399702, 2.176514634195958, -2.689460476458034, 6.130348345893603, -11.10743619062271, 10.02306557647065, -3.658713842777788},
        {0.02333670892565664, 0.2383834171260182, -7.455851135738909, 42.3461881477227, -82.66631109428045, 71.41361770095349, -22.93153465461149},
        {0.5433401826748754, 0.7539604599784036, 3.110799939717086, -28.51885465332158, 60.13984767418263, -54.07218655560067, 18.19190778539828}});

    private final String title;
    private final double[][] coefficients;

    Colormap(String title, double[][] coefficients) {
        this.title = title;
        this.coefficients = coefficients;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** The colour of a value in [0, 1], as {@code 0xRRGGBB}. */
    public int rgb(double value) {
        double t = Math.clamp(value, 0, 1);
        int rgb = 0;
        for (double[] channel : coefficients) {
            double sum = 0;
            for (int i = channel.length - 1; i >= 0; i--) {
                sum = sum * t + channel[i];
            }
            rgb = rgb << 8 | (int) Math.round(Math.clamp(sum, 0, 1) * 255);
        }
        return rgb;
    }
}
