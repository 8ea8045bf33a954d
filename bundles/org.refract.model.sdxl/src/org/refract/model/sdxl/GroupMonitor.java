package org.refract.model.sdxl;

import java.util.HashSet;
import java.util.Set;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/**
 * Hears several groups of pictures as if they were drawn together: a step is done when all have done it, and what is to be said of more than
 * one group is said once.
 */
final class GroupMonitor extends ForwardingMonitor {

    private final int pictures;
    private final Set<String> said = new HashSet<>();
    private int group;
    private long done;

    /** @param pictures of all groups */
    GroupMonitor(Monitor next, int pictures) {
        super(next);
        this.pictures = pictures;
    }

    /** The next group of so many pictures. */
    void begin(int ofThem) {
        group = ofThem;
    }

    @Override
    public void advance(long units) {
        long before = done / pictures;
        done += units * group;
        if (done / pictures > before) {
            super.advance(done / pictures - before);
        }
    }

    @Override
    public void note(String sentence) {
        if (said.add(sentence)) {
            super.note(sentence);
        }
    }
}
