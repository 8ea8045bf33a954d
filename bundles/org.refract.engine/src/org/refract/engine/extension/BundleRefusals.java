package org.refract.engine.extension;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Says of every bundle that does not run what it lacks or how it failed. */
final class BundleRefusals {

    private static final String PACKAGE = "osgi.wiring.package";
    private static final String JAVA = "osgi.ee";
    private static final Pattern LEAST = Pattern.compile("version>=([^)]*)\\)");
    private static final Pattern EXACT = Pattern.compile("version=([^)]*)\\)");
    private static final Pattern NAMED = Pattern.compile("osgi\\.wiring\\.package=([^)]*)\\)");

    private BundleRefusals() {
    }

    /** The refused bundles among all that are installed, and the jars that could not be installed. */
    static List<Refusal> of(BundleContext context) {
        Map<String, String> failures = failures(context);
        List<Refusal> refusals = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (!fragment && (bundle.getState() & (Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING)) != 0) {
                Optional<String> failed = Optional.ofNullable(failures.get(bundle.getLocation()));
                failed.or(() -> lack(bundle, context)).ifPresent(reason -> refusals.add(new Refusal(Origin.of(bundle).toString(), reason)));
            }
        }
        failures.forEach((location, reason) -> {
            if (context.getBundle(location) == null) {
                refusals.add(new Refusal(location.replaceFirst("/$", "").replaceFirst(".*/", ""), reason));
            }
        });
        return refusals;
    }

    /** How jars failed when they were installed and started, by their bundles' locations, as those who start them tell. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, String> failures(BundleContext context) {
        Map<String, String> failures = new HashMap<>();
        try {
            context.getServiceReferences(Map.class, "(refract.extension.failures=true)")
                    .forEach(reference -> failures.putAll((Map<String, String>) context.getService(reference)));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return failures;
    }

    /** The first thing that the bundle needs and nobody offers. */
    private static Optional<String> lack(Bundle bundle, BundleContext context) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return Optional.empty();
        }
        List<BundleCapability> offered = offered(context);
        for (BundleRequirement needed : revision.getDeclaredRequirements(null)) {
            String resolution = needed.getDirectives().getOrDefault(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY);
            boolean dynamic = "dynamic".equals(resolution);
            if (dynamic || resolution.equals(Constants.RESOLUTION_OPTIONAL) || offered.stream().anyMatch(needed::matches)) {
                continue;
            }
            return Optional.of(sentence(needed, offered));
        }
        return Optional.empty();
    }

    private static List<BundleCapability> offered(BundleContext context) {
        List<BundleCapability> offered = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null && (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0) {
                offered.addAll(revision.getWiring() == null ? revision.getDeclaredCapabilities(null) : revision.getWiring().getCapabilities(null));
            }
        }
        return offered;
    }

    private static String sentence(BundleRequirement needed, List<BundleCapability> offered) {
        String filter = needed.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
        if (needed.getNamespace().equals(JAVA)) {
            String wanted = group(LEAST, filter).or(() -> group(EXACT, filter)).orElse(filter);
            return "It was built for Java %s, this is Java %d.".formatted(wanted, Runtime.version().feature());
        }
        if (!needed.getNamespace().equals(PACKAGE)) {
            return "It needs %s %s, which nothing here offers.".formatted(needed.getNamespace(), filter);
        }
        String name = group(NAMED, filter).orElse("a package");
        Optional<Version> here =
                offered.stream()
                        .filter(c -> c.getNamespace().equals(PACKAGE) && name.equals(c.getAttributes().get(PACKAGE)))
                        .map(c -> (Version) c.getAttributes().get(Constants.VERSION_ATTRIBUTE))
                        .findFirst();
        String least = group(LEAST, filter).map(v -> shown(Version.parseVersion(v))).orElse("another version");
        return here.map(version -> "It was built for %s %s, this Refract has %s.".formatted(name, least, shown(version)))
                .orElseGet(() -> "It needs the package %s, which nothing here offers.".formatted(name));
    }

    private static Optional<String> group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static String shown(Version version) {
        return version.getMajor() + "." + version.getMinor() + (version.getMicro() == 0 ? "" : "." + version.getMicro());
    }
}
