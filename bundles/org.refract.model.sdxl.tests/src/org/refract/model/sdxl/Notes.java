package org.refract.model.sdxl;

import java.util.List;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Keeps notes and nothing else. */
final class Notes extends ForwardingMonitor {

    private final List<String> sentences;

    /** @param sentences gets them */
    Notes(List<String> sentences) {
        super(Monitor.silent());
        this.sentences = sentences;
    }

    List<String> sentences() {
        return sentences;
    }

    @Override
    public void note(String sentence) {
        sentences.add(sentence);
    }
}
