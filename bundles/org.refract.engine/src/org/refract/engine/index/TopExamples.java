package org.refract.engine.index;

import java.util.ArrayList;
import java.util.List;

/** The strongest examples of every latent so far, with the position maps of those that stay. */
final class TopExamples {

    /** One example; its map comes after its batch was ranked. */
    static final class Entry {
        final int latent;
        final long recording;
        final String prompt;
        final double strength;
        final double max;
        private float[] map;

        Entry(int latent, long recording, String prompt, double strength, double max) {
            this.latent = latent;
            this.recording = recording;
            this.prompt = prompt;
            this.strength = strength;
            this.max = max;
        }

        float[] map() {
            return map;
        }

        void map(float[] values) {
            map = values;
        }
    }

    private final int limit;
    private final boolean onePerPrompt;
    private final List<List<Entry>> kept;

    TopExamples(int latents, int limit, boolean onePerPrompt) {
        this.limit = limit;
        this.onePerPrompt = onePerPrompt;
        this.kept = new ArrayList<>(latents);
        for (int f = 0; f < latents; f++) {
            kept.add(new ArrayList<>(0));
        }
    }

    /** Takes an example if it is among the strongest; of two equally strong ones the earlier stays in front. */
    boolean offer(Entry entry) {
        List<Entry> list = kept.get(entry.latent);
        if (list.size() == limit && entry.strength <= list.getLast().strength) {
            return false;
        }
        if (onePerPrompt) {
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i).prompt.equals(entry.prompt)) {
                    if (entry.strength <= list.get(i).strength) {
                        return false;
                    }
                    list.remove(i);
                    break;
                }
            }
        }
        int at = list.size();
        while (at > 0 && list.get(at - 1).strength < entry.strength) {
            at--;
        }
        list.add(at, entry);
        if (list.size() > limit) {
            list.removeLast();
        }
        return true;
    }

    /** The examples of a latent, the strongest first. */
    List<Entry> of(int latent) {
        return kept.get(latent);
    }

    /** Whether an entry is still among the strongest. */
    boolean keeps(Entry entry) {
        return kept.get(entry.latent).contains(entry);
    }
}
