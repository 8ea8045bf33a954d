package org.refract.model.sdxl;

import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Counts the steps of several groups of pictures as if the pictures were drawn together: a step is done when all have done it. */
final class GroupMonitor extends ForwardingMonitor {

    private final int pictures;
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
}
