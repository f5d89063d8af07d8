//! A released table as a picture: for the count and each measure a row of bars, each with its 95 % interval. Coordinates are
//! the table's own integers.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::table_answer::labels;
use crate::disclosure::ReleasedTable;
use crate::model::Lang;

const BAR_PIXELS: u32 = 14;
const PANEL_PIXELS: u32 = 260;
const MARGIN_PIXELS: u32 = 130;
const WIDTH_MIN_PIXELS: u32 = 640;
const LABEL_PIXELS: u32 = 120;
/// Figures beyond are drawn at the edge: a picture has no use for more digits.
const FIGURE_MAX: i128 = i64::MAX as i128 / 4;

/// A picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the picture cannot be drawn: {0}")]
pub struct PlotError(String);

impl crate::model::Chinese for PlotError {
    fn chinese(&self) -> String {
        format!("无法绘制图片：{}", crate::model::foreign(&self.0))
    }
}

/// One row of bars.
struct Panel {
    title: String,
    /// For each cell the noisy figure; none where it is suppressed.
    figures: Vec<Option<i128>>,
    half: i128,
}

/// The table as SVG.
pub fn plot(released: &ReleasedTable, lang: Lang) -> Result<String, PlotError> {
    let panels = panels(released, lang);
    let bars = u32::try_from(released.cells.len()).unwrap_or(u32::MAX).clamp(1, 4_000);
    let width = (bars * BAR_PIXELS + MARGIN_PIXELS).max(WIDTH_MIN_PIXELS);
    let height = u32::try_from(panels.len()).unwrap_or(1) * (PANEL_PIXELS + LABEL_PIXELS);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        let failed = |error: &dyn std::fmt::Display| PlotError(error.to_string());
        root.fill(&WHITE).map_err(|error| failed(&error))?;
        for (area, panel) in root.split_evenly((panels.len(), 1)).iter().zip(&panels) {
            draw(area, panel, released).map_err(|error| failed(&error))?;
        }
        root.present().map_err(|error| failed(&error))?;
    }
    Ok(svg)
}

fn panels(released: &ReleasedTable, lang: Lang) -> Vec<Panel> {
    let number = |text: &String| text.parse::<i128>().ok().map(|figure| figure.clamp(-FIGURE_MAX, FIGURE_MAX));
    let half = |text: &String| number(text).unwrap_or_default();
    let (units, interval) = match lang {
        Lang::En => ("units", "± 95 % interval"),
        Lang::Zh => ("主体数", "± 95% 区间"),
    };
    let mut panels = vec![Panel {
        title: format!("{units}, {interval} {}", released.count.interval_95),
        figures: released.cells.iter().map(|cell| number(&cell.as_ref()?.count)).collect(),
        half: half(&released.count.interval_95),
    }];
    for (place, measure) in released.measures.iter().enumerate() {
        panels.push(Panel {
            title: format!("{} ({}), {interval} {}", measure.name, measure.unit, measure.noise.interval_95),
            figures: released.cells.iter().map(|cell| number(cell.as_ref()?.sums.get(place)?)).collect(),
            half: half(&measure.noise.interval_95),
        });
    }
    panels
}

type Drawn<'d> = Result<(), DrawingAreaErrorKind<<SVGBackend<'d> as DrawingBackend>::ErrorType>>;

fn draw<'d>(area: &DrawingArea<SVGBackend<'d>, Shift>, panel: &Panel, released: &ReleasedTable) -> Drawn<'d> {
    let ends = panel.figures.iter().flatten().flat_map(|figure| [figure - panel.half, figure + panel.half]);
    let (low, high) = ends.fold((0, 1), |(low, high), end| (low.min(end), high.max(end)));
    let bars = i32::try_from(panel.figures.len()).unwrap_or(i32::MAX).max(1);
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.title, ("sans-serif", 16))
        .margin(8)
        .set_label_area_size(LabelAreaPosition::Left, 90)
        .set_label_area_size(LabelAreaPosition::Bottom, LABEL_PIXELS)
        .build_cartesian_2d((0..bars - 1).into_segmented(), low..high)?;
    let name = |value: &SegmentValue<i32>| match value {
        SegmentValue::CenterOf(cell) | SegmentValue::Exact(cell) => {
            labels(released, usize::try_from(*cell).unwrap_or_default()).join(" · ")
        }
        SegmentValue::Last => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(panel.figures.len())
        .x_label_style(("sans-serif", 10).into_font().transform(FontTransform::Rotate90))
        .x_label_formatter(&name)
        .y_labels(6)
        .draw()?;
    let printed = || (0i32..).zip(&panel.figures).filter_map(|(cell, figure)| figure.map(|figure| (cell, figure)));
    chart.draw_series(printed().map(|(cell, figure)| {
        let (from, to) = (SegmentValue::Exact(cell), SegmentValue::Exact(cell + 1));
        let mut bar = Rectangle::new([(from, 0), (to, figure)], RGBColor(70, 110, 160).filled());
        bar.set_margin(0, 0, 2, 2);
        bar
    }))?;
    chart.draw_series(printed().map(|(cell, figure)| {
        let style = BLACK.stroke_width(1);
        ErrorBar::new_vertical(
            SegmentValue::CenterOf(cell),
            figure - panel.half,
            figure,
            figure + panel.half,
            style,
            BAR_PIXELS / 2,
        )
    }))?;
    Ok(())
}
