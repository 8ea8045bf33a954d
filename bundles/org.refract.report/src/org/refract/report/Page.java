package org.refract.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;

/** The page itself with its style and scripts, which are the same for every run but for a title and a sentence. */
final class Page {
    private static final List<String> ASSETS = List.of("report.css", "core.js", "pictures.js", "charts.js", "features.js", "interventions.js",
            "feature.js", "atlas.js", "sections.js", "main.js");
    private static final List<String> LIBRARY = List.of("d3.min.js", "d3.LICENSE");

    private Page() {
    }

    static void write(Path folder, String title, String lead) throws RefractException {
        Path assets = folder.resolve("assets");
        try {
            Files.createDirectories(assets);
            for (String name : ASSETS) {
                Files.write(assets.resolve(name), resource("page/" + name));
            }
            for (String name : LIBRARY) {
                Files.write(assets.resolve(name), resource("library/" + name));
            }
            String page = new String(resource("page/index.html"), StandardCharsets.UTF_8);
            Files.writeString(folder.resolve(HtmlReport.PAGE), page.replace("{{title}}", escaped(title)).replace("{{lead}}", escaped(lead)));
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
    }

    /** Whether a file is the page of a report. */
    static boolean isOne(Path file) {
        try {
            return Files.readString(file).contains("<meta name=\"generator\" content=\"Refract\">");
        } catch (IOException notText) {
            return false;
        }
    }

    /** Text as HTML text or attribute value. */
    static String escaped(String text) {
        StringBuilder html = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.appendCodePoint(c);
            }
        });
        return html.toString();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the bundle lacks " + name);
            }
            return stream.readAllBytes();
        }
    }
}
