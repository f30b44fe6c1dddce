package chat.parley.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class PlotTest {
    private final Plot plot = new Plot("Costs", "members", "µs", new double[] {10, 100, 1_000});

    @Test
    void aCurveIsALineWithAPointForEachValueAndItsName() throws Exception {
        plot.curve("inline", List.of(new double[] {10, 5}, new double[] {100, 1}));
        plot.curve("worker", List.of(new double[] {10, 50}, new double[] {1_000, 0.5}));
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(plot.svg())));
        assertThat(svg.getElementsByTagName("path").getLength()).isEqualTo(2);
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(svg.getDocumentElement().getTextContent()).contains("Costs", "members", "µs", "inline", "worker");
    }

    @Test
    void moreIsHigherAndFurtherRight() throws Exception {
        plot.curve("inline", List.of(new double[] {10, 1}, new double[] {1_000, 100}));
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(plot.svg())));
        Element first = (Element) svg.getElementsByTagName("circle").item(0);
        Element last = (Element) svg.getElementsByTagName("circle").item(1);
        assertThat(number(last, "cx")).isGreaterThan(number(first, "cx") + 100);
        assertThat(number(last, "cy")).isLessThan(number(first, "cy") - 100);
    }

    @Test
    void nothingIsNoPicture() {
        assertThatThrownBy(plot::svg).isInstanceOf(IllegalStateException.class);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }
}
