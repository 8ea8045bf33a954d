package org.refract.engine.unpack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Lease;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.Harvest;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;

/** Trains a dictionary for every hook point, all in one pass over the recordings. */
final class TrainPhase implements Phase {
    /** The checkpoint format of a run's dictionaries. */
    private static final String FORMAT = "refract";

    @Override
    public String id() {
        return "train";
    }

    @Override
    public double weight() {
        return 38;
    }

    @Override
    public List<Double> stages(UnpackSession session) {
        return List.of(0.05, 0.95);
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        Preset preset = session.preset();
        Lease<SaeVariant> variant = session.extensions().lease(SaeVariant.class, session.options().variant());
        Lease<CheckpointFormat> format = session.extensions().lease(CheckpointFormat.class, FORMAT);
        session.used(variant.get());
        List<ActivationStore> stores = new ArrayList<>();
        try {
            List<TrainingTask> tasks = new ArrayList<>();
            for (HookPoint point : session.points()) {
                ActivationStore store = ActivationStore.open(Harvest.store(session.folder().path(), point));
                stores.add(store);
                SaeConfig config = new SaeConfig(variant.id(), store.width(), store.width(), preset.expansion() * store.width(),
                        session.settings(variant.get()));
                tasks.add(new TrainingTask(RunFolder.name(point), variant.get(), config, store));
            }
            TrainingPlan plan = TrainingPlan.of(tasks, preset.batch(), preset.trainingSteps(), session.options().seed(), session.options().placement());
            Map<String, Map<String, Double>> metrics = new Trainer(session.folder().saes(), plan, format.get()).run(variant.guard(format.guard(monitor)));
            for (var trained : metrics.entrySet()) {
                for (String name : List.of("explained_variance", "l0", "dead")) {
                    if (trained.getValue().containsKey(name)) {
                        session.record().fact(trained.getKey() + "/" + name, trained.getValue().get(name));
                    }
                }
            }
        } finally {
            stores.forEach(ActivationStore::close);
        }
    }
}
