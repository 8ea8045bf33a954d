package org.refract.workbench.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EquivalentCommandTest {
    @Test
    void quotesWhatAShellWouldTakeApart() {
        assertEquals("cat", EquivalentCommand.quoted("cat"));
        assertEquals("''", EquivalentCommand.quoted(""));
        assertEquals("'a red cat'", EquivalentCommand.quoted("a red cat"));
        assertEquals("'the cat'\\''s $HOME'", EquivalentCommand.quoted("the cat's $HOME"));
    }
}
