/** Models, their hook points and hooks. */
package org.refract.api.model;
