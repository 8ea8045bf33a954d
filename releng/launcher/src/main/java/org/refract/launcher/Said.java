package org.refract.launcher;

import java.util.logging.Level;
import org.refract.api.Plain;

/** What the launcher itself says: one line on standard error that passed the filter of everything that comes to a terminal. */
final class Said {

    private Said() {}

    /** Says a sentence. */
    static void say(String sentence) {
        System.err.println(Plain.line("refract: " + sentence));
    }

    /** Says a sentence and keeps what happened in the log file. */
    static void say(String sentence, Throwable failure) {
        LogFile.FAILURES.log(Level.SEVERE, sentence, failure);
        say(sentence);
    }
}
