/** Subcommands of {@code refract}. */
package org.refract.api.command;
