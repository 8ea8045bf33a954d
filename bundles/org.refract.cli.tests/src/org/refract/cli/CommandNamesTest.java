package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.refract.api.command.Command;

class CommandNamesTest {

    /** A call makes only the command whose service says the name that was typed. */
    @Test
    void everyCommandsServiceSaysTheNameInItsAnnotation() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(CommandNamesTest.class).getBundleContext();
        Map<String, String> said = new TreeMap<>();
        Map<String, String> annotated = new TreeMap<>();
        for (ServiceReference<Command> reference : context.getServiceReferences(Command.class, "(" + Commands.GROUP + "=*)")) {
            var objects = context.getServiceObjects(reference);
            Command command = objects.getService();
            said.put(command.getClass().getName(), String.valueOf(reference.getProperty(Commands.NAME)));
            annotated.put(command.getClass().getName(), command.getClass().getAnnotation(picocli.CommandLine.Command.class).name());
            objects.ungetService(command);
        }
        assertFalse(said.isEmpty());
        assertEquals(annotated, said);
    }
}
