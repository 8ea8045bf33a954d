import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the test classes named on the command line and says what failed; the exit status is the number of failures, 99 at most. */
final class RunTests {

    public static void main(String[] args) throws ClassNotFoundException {
        List<Class<?>> types = Stream.of(args).<Class<?>>map(RunTests::load).toList();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        TestExecutionListener failures = new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(thrown -> System.out.println("FAILED " + test.getUniqueId() + "\n  " + thrown));
            }
        };
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(types.stream().map(t -> selectClass(t)).toList()).build(),
                summary, failures);
        var result = summary.getSummary();
        result.printFailuresTo(new PrintWriter(System.out, true), 25);
        System.out.printf("Tests run: %d, failures: %d, skipped: %d, %.1f s%n", result.getTestsFoundCount(), result.getTotalFailureCount(),
                result.getTestsSkippedCount(), (result.getTimeFinished() - result.getTimeStarted()) / 1000.0);
        System.exit(result.getTestsFoundCount() == 0 ? 98 : (int) Math.min(99, result.getTotalFailureCount()));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
