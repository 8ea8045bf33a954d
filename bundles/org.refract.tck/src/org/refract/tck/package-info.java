/**
 * The test kit: what every autoencoder, checkpoint format and writer of files is held to, Refract's own and an extension's alike.
 *
 * <p>A check is a method that returns what is wrong, a sentence each; a test asserts that there is none:
 *
 * <pre>
 * assertEquals(List.of(), VariantCheck.resumed(new MyVariant(), VariantCheck.SHARED_PARTS));
 * </pre>
 *
 * <p>An autoencoder is held to {@link org.refract.tck.VariantCheck}, to {@link org.refract.tck.PlantedTrial} and, where another tool trained one
 * like it, to {@link org.refract.tck.TrainingGolden}; a format to {@link org.refract.tck.FormatCheck}, and what it reads to
 * {@link org.refract.tck.GoldenCheck}; whatever writes files to {@link org.refract.tck.FaultCheck}. The bundle is not part of the product: it lies
 * among the test bundles, where {@code org.refract.testing} starts it with the product around it, so only test bundles import the package.
 */
package org.refract.tck;
