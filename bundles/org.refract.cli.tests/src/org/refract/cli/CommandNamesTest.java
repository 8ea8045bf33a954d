package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    /** What takes a device computes on it, so libtorch is loaded before it reads a file. */
    @Test
    void everyCommandThatTakesADeviceLoadsLibtorchFirst() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(CommandNamesTest.class).getBundleContext();
        int computing = 0;
        for (ServiceReference<Command> reference : context.getServiceReferences(Command.class, "(" + Commands.GROUP + "=*)")) {
            var objects = context.getServiceObjects(reference);
            Command command = objects.getService();
            boolean device = takesADevice(new picocli.CommandLine(command));
            String type = command.getClass().getSimpleName();
            assertTrue(!device || type.equals("WorkbenchCommand") || command instanceof TensorCommand, type);
            computing += device ? 1 : 0;
            objects.ungetService(command);
        }
        assertTrue(computing > 6, computing + " commands take a device");
    }

    private static boolean takesADevice(picocli.CommandLine line) {
        return line.getCommandSpec().optionsMap().containsKey("--device") || line.getSubcommands().values().stream().anyMatch(CommandNamesTest::takesADevice);
    }
}
