/**
 * The HTML report of an unpacked model: one self-contained folder that opens from a disk without a network. The page is static
 * ({@code page/}); what it shows are scripts under {@code data/}, because a page opened from a file may not fetch.
 */
package org.refract.report;
