package org.refract.engine.extension;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Why a declared component gave no service: what its constructor or its activation threw, as the runtime of components remembers it. */
public final class ComponentFailures {

    private static final String NUMBER = "component.id";

    private ComponentFailures() {
    }

    /** The last cause that is known for a service that could not be made. */
    public static Optional<String> why(ServiceReference<?> service) {
        BundleContext context = service.getBundle() == null ? null : service.getBundle().getBundleContext();
        ServiceReference<ServiceComponentRuntime> reference = context == null ? null : context.getServiceReference(ServiceComponentRuntime.class);
        if (reference == null) {
            return Optional.empty();
        }
        ServiceComponentRuntime runtime = context.getService(reference);
        try {
            return runtime.getComponentDescriptionDTOs(service.getBundle()).stream().flatMap(d -> runtime.getComponentConfigurationDTOs(d).stream())
                    .filter(configuration -> Long.valueOf(configuration.id).equals(service.getProperty(NUMBER)))
                    .map(ComponentFailures::failure).flatMap(Optional::stream).findFirst();
        } finally {
            context.ungetService(reference);
        }
    }

    /** The last cause in the stack trace that the runtime keeps as a text. */
    private static Optional<String> failure(ComponentConfigurationDTO configuration) {
        if (configuration.failure == null) {
            return Optional.empty();
        }
        String[] lines = configuration.failure.split("\\R");
        return Arrays.stream(lines).filter(line -> line.startsWith("Caused by: ")).reduce((first, second) -> second)
                .map(line -> line.substring("Caused by: ".length())).or(() -> Optional.of(lines[0]));
    }
}
