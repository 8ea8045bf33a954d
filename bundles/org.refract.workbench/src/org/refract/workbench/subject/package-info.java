/** What the window asks of a model under study. The window knows these types alone; the engine's tensors stay behind them. */
package org.refract.workbench.subject;
