/** Long work: queued, watched, stopped, and recorded. */
package org.refract.engine.job;
