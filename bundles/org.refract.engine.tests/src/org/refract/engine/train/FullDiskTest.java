package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SelectionVariant;
import org.refract.engine.source.PlantedDictionary;
import org.refract.engine.source.SyntheticSource;
import org.refract.tck.FaultyFiles;
import org.refract.tck.FaultyFiles.Fault;

/** A disk that fills costs a sentence: what was saved stays whole, and a training that goes on ends with the bytes of one that had room. */
final class FullDiskTest {

    private static final RefractException FULL = FileFailure.writing(Path.of("there"), new IOException("No space left on device"));

    @TempDir
    private Path folder;

    private static final class KSparse extends SelectionVariant {
        KSparse() {
            super(SaeForm.KSPARSE, List.of());
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
            return Map.of("b_enc", filled(out, config, 0));
        }
    }

    /** Writes a safetensors file, if there is room. */
    private static final class Format implements CheckpointFormat {
        private boolean full;

        @Override
        public String id() {
            return "file";
        }

        @Override
        public boolean recognises(Path location) {
            return Files.exists(location.resolve("sae.safetensors"));
        }

        @Override
        public Checkpoint read(Path location, NDManager owner) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(Checkpoint checkpoint, Path location) throws RefractException {
            if (full) {
                throw FULL;
            }
            SafeTensorsWriter.write(location.resolve("sae.safetensors"), checkpoint.provenance().orElseThrow().facts(), checkpoint.tensors());
        }
    }

    private static final class Notes extends ForwardingMonitor {
        private final List<String> notes = new ArrayList<>();

        Notes() {
            super(Monitor.silent());
        }

        @Override
        public void note(String sentence) {
            notes.add(sentence);
        }
    }

    private final Format format = new Format();
    private final Set<Long> noRoomFor = new HashSet<>();

    private void states(Path place, long step, String identity, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped) throws RefractException {
        if (noRoomFor.contains(step)) {
            throw FULL;
        }
        TrainingState.save(place, step, identity, tasks, stopped);
    }

    private static TrainingPlan plan(long steps, Optional<EarlyStop> stop) throws RefractException {
        SyntheticSource source = new SyntheticSource(PlantedDictionary.parse("width=8,features=16,active=2"));
        TrainingTask task = new TrainingTask("a", new KSparse(), SaeForm.KSPARSE.config(8, 8, 16, Map.of("k", "3")), source);
        return new TrainingPlan(List.of(task), 32, steps, 1, Placement.CPU, 2, Duration.ZERO, 1 << 20, stop);
    }

    private Map<String, Map<String, Double>> train(String place, TrainingPlan plan, Monitor monitor) throws RefractException {
        return new Trainer(folder.resolve(place), plan, new DictionaryFiles(format), this::states).run(monitor);
    }

    private byte[] written(String place) throws IOException {
        return Files.readAllBytes(folder.resolve(place).resolve("a/sae.safetensors"));
    }

    @Test
    void aTrainingGoesOnWhereAStateFindsNoRoom() throws Exception {
        train("whole", plan(9, Optional.empty()), Monitor.silent());
        noRoomFor.addAll(List.of(4L, 5L));
        Notes monitor = new Notes();
        train("tight", plan(9, Optional.empty()), monitor);
        assertEquals(2, monitor.notes.size(), monitor.notes::toString);
        assertTrue(monitor.notes.get(1).matches("The disk is full, so the state of step 5 was not saved in .*goes on from step 3\\."), monitor.notes::toString);
        assertArrayEquals(written("whole"), written("tight"));
    }

    @Test
    void theDictionaryIsWrittenWhereTheLastStateFindsNoRoom() throws Exception {
        train("whole", plan(6, Optional.empty()), Monitor.silent());
        byte[] six = written("whole");
        train("whole", plan(9, Optional.empty()), Monitor.silent());
        noRoomFor.addAll(List.of(5L, 6L));
        RefractException said = assertThrows(RefractException.class, () -> train("tight", plan(6, Optional.empty()), Monitor.silent()));
        assertTrue(said.getMessage().contains("a dictionary went to") && said.getMessage().endsWith("goes on from step 4."), said.getMessage());
        assertArrayEquals(six, written("tight"));
        noRoomFor.clear();
        train("tight", plan(9, Optional.empty()), Monitor.silent());
        assertArrayEquals(written("whole"), written("tight"));
    }

    @Test
    void aTrainingThatNeverFoundRoomBeginsAnew() throws Exception {
        train("whole", plan(3, Optional.empty()), Monitor.silent());
        noRoomFor.addAll(List.of(1L, 2L, 3L));
        format.full = true;
        String said = assertThrows(RefractException.class, () -> train("tight", plan(3, Optional.empty()), Monitor.silent())).getMessage();
        assertTrue(said.contains("begins anew"), said);
        assertFalse(Files.exists(folder.resolve("tight/a/sae.safetensors")));
        noRoomFor.clear();
        format.full = false;
        train("tight", plan(3, Optional.empty()), Monitor.silent());
        assertArrayEquals(written("whole"), written("tight"));
    }

    /** L0 is always k, so it is best at step 1. */
    @Test
    void aDictionaryThatEndsEarlyWithoutRoomIsWrittenLater() throws Exception {
        Optional<EarlyStop> stop = Optional.of(new EarlyStop("l0", 5, 0));
        Map<String, Map<String, Double>> whole = train("whole", plan(20, stop), Monitor.silent());
        assertEquals(6, whole.get("a").get("steps"));
        format.full = true;
        assertTrue(FileFailure.isFull(assertThrows(RefractException.class, () -> train("tight", plan(20, stop), Monitor.silent()))));
        format.full = false;
        Map<String, Map<String, Double>> tight = train("tight", plan(20, stop), Monitor.silent());
        assertEquals(whole.get("a").get("explained_variance"), tight.get("a").get("explained_variance"));
        assertEquals(6, tight.get("a").get("steps"));
        assertArrayEquals(written("whole"), written("tight"));
    }

    /** Log, states, list of states, dictionary, lock: one call after the other fails, and the same training again ends as if none had. */
    @ParameterizedTest
    @EnumSource
    void whateverCallFailsTheSameTrainingEndsWithTheSameBytes(Fault fault) throws Exception {
        train("whole", plan(1, Optional.empty()), Monitor.silent());
        boolean struck = true;
        int call = 1;
        for (; struck; call += fault == Fault.BROKEN ? 1 : 3) {
            String place = "try" + call;
            FaultyFiles faulty = new FaultyFiles(fault, call);
            try {
                new Trainer(faulty.of(folder.resolve(place)), plan(1, Optional.empty()), format).run(Monitor.silent());
            } catch (RefractException said) {
                assertFalse(said.getMessage().contains("\n"), said.getMessage());
            } catch (OutOfMemoryError memory) {
                assertEquals(Fault.MEMORY, fault);
            }
            struck = faulty.struck();
            if (Files.exists(folder.resolve(place).resolve("a/sae.safetensors"))) {
                assertArrayEquals(written("whole"), written(place), "half of a dictionary after call " + call);
            }
            train(place, plan(1, Optional.empty()), Monitor.silent());
            assertArrayEquals(written("whole"), written(place), "after call " + call);
        }
        assertTrue(call > 10, "calls were counted: " + call);
    }

    /** Takes part of a line before it says that there is no room. */
    private record Channel(SeekableByteChannel to, long[] room) implements SeekableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int count = (int) Math.min(bytes.remaining(), room[0] - to.position());
            if (count <= 0) {
                throw new IOException("No space left on device");
            }
            to.write(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return to.read(bytes);
        }

        @Override
        public long position() throws IOException {
            return to.position();
        }

        @Override
        public SeekableByteChannel position(long position) throws IOException {
            return to.position(position);
        }

        @Override
        public long size() throws IOException {
            return to.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            return to.truncate(size);
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    @Test
    void linesOfTheLogWaitForRoom() throws Exception {
        Path file = Files.createFile(folder.resolve("log.jsonl"));
        long[] room = {50};
        try (RunLog log = new RunLog(file, new Channel(Files.newByteChannel(file, StandardOpenOption.WRITE), room))) {
            for (int step = 1; step <= 4; step++) {
                log.append(new RunLog.Entry(step, 10 * step, Map.of("x", 0.5)));
                assertEquals(1, RunLog.read(file).size());
                assertTrue(Files.readString(file).endsWith("\n"), "no half of a line");
            }
            room[0] = 1000;
            log.append(new RunLog.Entry(5, 50, Map.of("x", 0.5)));
            assertEquals(List.of(1L, 2L, 3L, 4L, 5L), RunLog.read(file).stream().map(RunLog.Entry::step).toList());
            room[0] = 100;
            log.append(new RunLog.Entry(6, 60, Map.of("x", 0.5)));
            room[0] = 1000;
        }
        assertEquals(6, RunLog.read(file).size());
        RunLog never = new RunLog(file, new Channel(Files.newByteChannel(file, StandardOpenOption.WRITE), new long[1]));
        never.append(new RunLog.Entry(7, 70, Map.of()));
        assertTrue(assertThrows(RefractException.class, never::close).getMessage().startsWith("The disk is full"));
    }
}
