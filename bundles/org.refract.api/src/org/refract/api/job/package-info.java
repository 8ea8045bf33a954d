/** Long work: progress and cancellation. */
package org.refract.api.job;
