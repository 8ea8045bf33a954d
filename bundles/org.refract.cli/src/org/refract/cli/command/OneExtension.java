package org.refract.cli.command;

import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.analysis.Analysis;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.progress.Printed;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Plugged;

/** What {@code refract extensions ID} says of one extension of any kind: what it is, who brings it, and its settings. */
record OneExtension(Extensions extensions, Printed out, boolean json) {

    /** @throws RefractException if nothing is plugged in under that id */
    void print(String id) throws RefractException {
        List<Plugged> found = extensions.plugged().stream().filter(plugged -> plugged.id().equals(id)).toList();
        if (found.isEmpty()) {
            throw RefractException.usage("There is no extension '%s'; refract extensions lists those that there are.", id);
        }
        for (Plugged plugged : found) {
            Optional<SaeVariant> variant = extensions.find(SaeVariant.class, id).filter(v -> plugged.kind().equals(Extensions.name(SaeVariant.class)));
            Optional<Analysis> analysis = extensions.find(Analysis.class, id).filter(a -> plugged.kind().equals(Extensions.name(Analysis.class)));
            Optional<String> description = variant.map(SaeVariant::description).or(() -> analysis.map(Analysis::description));
            List<Hyperparameter> settings = variant.map(SaeVariant::hyperparameters).or(() -> analysis.map(Analysis::hyperparameters)).orElse(List.of());
            if (json) {
                out.println(new Gson().toJson(facts(plugged, description, settings)));
            } else {
                print(plugged, description, settings);
            }
        }
    }

    private void print(Plugged plugged, Optional<String> description, List<Hyperparameter> settings) {
        out.printf("%s: %s of %s%n", plugged.id(), plugged.kind(), plugged.origin());
        Optional.ofNullable(plugged.origin().facts().get("extension_sha256")).ifPresent(hash -> out.printf("SHA-256 %s%n", hash));
        description.ifPresent(said -> out.printf("%s%n", said));
        int names = settings.stream().mapToInt(s -> s.name().length()).max().orElse(0);
        int values = settings.stream().mapToInt(s -> s.value().length()).max().orElse(0);
        settings.forEach(s -> out.printf("%-" + (names + 2) + "s%-" + (values + 2) + "s%s%n", s.name(), s.value(), s.range()));
    }

    private static Map<String, Object> facts(Plugged plugged, Optional<String> description, List<Hyperparameter> settings) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("id", plugged.id());
        facts.put("kind", plugged.kind());
        facts.put("bundle", plugged.origin().toString());
        facts.putAll(plugged.origin().facts());
        description.ifPresent(said -> facts.put("description", said));
        List<Map<String, String>> all = new ArrayList<>();
        for (Hyperparameter setting : settings) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("name", setting.name());
            fields.put("default", setting.value());
            fields.put("kind", setting.kind().name().toLowerCase(Locale.ROOT));
            fields.put("range", setting.range());
            setting.source().ifPresent(source -> fields.put("source", source));
            all.add(fields);
        }
        facts.put("settings", all);
        return facts;
    }
}
