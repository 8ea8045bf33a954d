package org.refract.workbench.explore.part;

import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.Text;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.explore.Explorer;
import org.refract.workbench.explore.Part;
import org.refract.workbench.subject.DrawRequest;

/** What is drawn: prompt, seed, steps, guidance, Generate and Cancel. */
final class RequestBar {
    private static final int MOST_STEPS = 1000;
    private static final int GUIDANCE_DIGITS = 1;
    private static final int MOST_GUIDANCE = 50;

    private final Exploration state;
    private final Text prompt;
    private final Spinner seed;
    private final Spinner steps;
    private final Spinner guidance;
    private final Button cancel;

    RequestBar(Composite parent, Explorer explorer) {
        state = explorer.state();
        Composite bar = Grids.wide(Grids.grid(parent, 11));
        Grids.label(bar, "&Prompt:");
        prompt = Grids.wide(Names.name(new Text(bar, SWT.BORDER | SWT.SINGLE), "Prompt"));
        prompt.setMessage("What the picture shows");
        prompt.addListener(SWT.Modify, e -> explorer.prompt(prompt.getText()));
        prompt.addListener(SWT.DefaultSelection, e -> explorer.generate());

        Grids.label(bar, "See&d:");
        seed = spinner(bar, "Seed", 0, Integer.MAX_VALUE, 0);
        seed.setToolTipText("The same seed gives the same picture");
        seed.addListener(SWT.Selection, e -> explorer.seed(seed.getSelection()));
        Button dice = Names.name(new Button(bar, SWT.PUSH), "Another seed");
        dice.setImage(Glyphs.die(dice));
        dice.setToolTipText("Draws a seed by lot and generates");
        dice.addListener(SWT.Selection, e -> {
            explorer.dice();
            explorer.generate();
        });

        Grids.label(bar, "&Steps:");
        steps = spinner(bar, "Steps", 1, MOST_STEPS, 0);
        steps.setToolTipText("Denoising steps");
        steps.addListener(SWT.Selection, e -> explorer.steps(steps.getSelection()));
        Grids.label(bar, "G&uidance:");
        guidance = spinner(bar, "Guidance", 0, MOST_GUIDANCE * 10, GUIDANCE_DIGITS);
        guidance.setToolTipText("Classifier-free guidance scale; at most 1 means none");
        guidance.addListener(SWT.Selection, e -> explorer.guidance(guidance.getSelection() / 10.0));

        Button generate = Names.name(new Button(bar, SWT.PUSH), "Generate");
        generate.setText("&Generate");
        generate.setToolTipText("Draws the picture (Ctrl+Enter)");
        generate.addListener(SWT.Selection, e -> explorer.generate());
        cancel = Names.name(new Button(bar, SWT.PUSH), "Cancel");
        cancel.setText("&Cancel");
        cancel.setToolTipText("Stops what is being done (Esc)");
        cancel.addListener(SWT.Selection, e -> explorer.cancel());

        for (Spinner spinner : List.of(seed, steps, guidance)) {
            spinner.addListener(SWT.DefaultSelection, e -> explorer.generate());
        }
        state.onChange(part -> {
            if (part == Part.REQUEST) {
                show();
            } else if (part == Part.WORK) {
                cancel.setEnabled(state.work().isPresent());
            }
        });
        show();
        cancel.setEnabled(false);
    }

    private static Spinner spinner(Composite bar, String name, int least, int most, int digits) {
        Spinner spinner = Names.name(new Spinner(bar, SWT.BORDER), name);
        spinner.setValues(least, least, most, digits, 1, 10);
        return spinner;
    }

    private void show() {
        DrawRequest request = state.request();
        if (!prompt.getText().equals(request.prompt())) {
            prompt.setText(request.prompt());
        }
        seed.setSelection((int) Math.min(Integer.MAX_VALUE, request.seed()));
        steps.setSelection(request.steps());
        guidance.setSelection((int) Math.round(request.guidance() * 10));
    }

    /** Puts the cursor into the prompt. */
    void focus() {
        prompt.setFocus();
        prompt.selectAll();
    }
}
