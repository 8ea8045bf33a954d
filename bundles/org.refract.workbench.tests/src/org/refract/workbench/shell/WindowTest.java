package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.view.View;

class WindowTest {
    @TempDir
    Path folder;
    private Memory memory;
    private Window window;

    @BeforeEach
    void open() throws RefractException {
        memory = new Memory(folder.resolve("workbench.json"));
        window = new Window(Person.screen(), memory);
        window.shell().open();
    }

    @AfterEach
    void close() {
        if (!window.shell().isDisposed()) {
            window.shell().close();
        }
    }

    private record Page(String id, Consumer<Composite> content) implements View {
        @Override
        public String title() {
            return "Page " + id;
        }

        @Override
        public void create(Composite parent) {
            content.accept(parent);
        }
    }

    private static View page(String id) {
        return new Page(id, parent -> new Label(parent, SWT.NONE).setText("content of " + id));
    }

    private CTabFolder tabs() {
        return (CTabFolder) Arrays.stream(window.shell().getChildren()).filter(CTabFolder.class::isInstance).findFirst().orElseThrow();
    }

    private List<String> titles() {
        return Arrays.stream(tabs().getItems()).map(item -> item.getText()).toList();
    }

    @Test
    void viewsComeAndGoWhileItIsOpen() {
        View first = page("one");
        View second = page("two");
        window.add(first);
        window.add(second);
        assertEquals(List.of("Page one", "Page two"), titles());
        assertEquals(0, tabs().getSelectionIndex());
        Control content = tabs().getItem(0).getControl();
        window.remove(first);
        assertTrue(content.isDisposed());
        assertEquals(List.of("Page two"), titles());
    }

    @Test
    void aViewThatFailsSaysSoAndTheOthersStay() {
        window.add(new Page("bad", parent -> {
            new Label(parent, SWT.NONE);
            throw new IllegalStateException("boom");
        }));
        window.add(page("good"));
        assertEquals(List.of("(failed)", "Page good"), titles());
        Control[] left = ((Composite) tabs().getItem(0).getControl()).getChildren();
        assertEquals(1, left.length);
        String said = ((Label) left[0]).getText();
        assertTrue(said.contains("failed when it was opened (IllegalStateException)") && said.contains("of org.refract.workbench "), said);
    }

    @Test
    void aViewThatCannotSayItsIdKeepsNoneAway() {
        View nameless = new View() {
            @Override
            public String id() {
                throw new IllegalStateException("boom");
            }

            @Override
            public String title() {
                return "nameless";
            }

            @Override
            public void create(Composite parent) {
            }
        };
        View one = page("one");
        View two = page("zwei");
        assertEquals(List.of(one, nameless, two), WorkbenchWindow.inOrder(List.of(two, nameless, one)));
    }

    @Test
    void opensWhereItWasClosed() throws RefractException {
        window.shell().setBounds(60, 50, 1150, 700);
        Person person = new Person(window.shell());
        person.look();
        Rectangle before = window.shell().getBounds();
        window.shell().close();
        window = new Window(Person.screen(), new Memory(folder.resolve("workbench.json")));
        assertEquals(before, window.shell().getBounds());
    }
}
