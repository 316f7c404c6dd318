//! QR codes: made for a screen or paper, and read from a picture.

use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;

use rxing::helpers::detect_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints};

use crate::error::{Code, CommandError};

/// 12 MiB of picture, as a phone's camera makes them.
const PICTURE_BYTES_MAX: usize = 12 << 20;
/// 64 million pixels, 64 MB in grey: more than any phone's camera has.
const PIXELS_MAX: u64 = 64 << 20;

/// A text as a QR code, black on white.
pub fn svg(text: &str) -> Result<String, CommandError> {
    let code = QRBuilder::new(text).build();
    let code = code.map_err(|_| CommandError::new(Code::TooLarge, "the text is too long for a QR code"))?;
    Ok(SvgBuilder::default().to_str(&code))
}

/// The text of the first QR code in a picture (JPEG, PNG or WebP).
pub fn read(picture: &[u8]) -> Result<String, CommandError> {
    if picture.len() > PICTURE_BYTES_MAX {
        return Err(CommandError::new(Code::TooLarge, "the picture is above 12 MiB"));
    }
    let reader = image::ImageReader::new(std::io::Cursor::new(picture)).with_guessed_format();
    let unreadable =
        |error: &dyn std::fmt::Display| CommandError::invalid(format!("the picture cannot be read: {error}"));
    let mut reader = reader.map_err(|error| unreadable(&error))?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(PIXELS_MAX * 4);
    reader.limits(limits);
    let grey = reader.decode().map_err(|error| unreadable(&error))?.into_luma8();
    let (width, height) = grey.dimensions();
    // Where no code lies straight, it is also looked for at a slant.
    let mut hints = DecodeHints::default().with(DecodeHintValue::TryHarder(true));
    let found = detect_in_luma_with_hints(grey.into_raw(), width, height, Some(BarcodeFormat::QR_CODE), &mut hints);
    let found = found.map_err(|_| CommandError::invalid("there is no QR code in the picture"))?;
    Ok(found.getText().to_owned())
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use image::imageops::{FilterType, resize};

    use super::*;

    /// As a page or a sheet shows it, with four modules of paper around it, `side` pixels wide.
    fn shown(text: &str, side: u32) -> Vec<u8> {
        let code = QRBuilder::new(text).build().expect("short enough");
        let (scale, margin) = (16, 4);
        let drawn = u32::try_from((code.size + 2 * margin) * scale).expect("a small picture");
        let sharp = GrayImage::from_fn(drawn, drawn, |x, y| {
            let at = |pixel: u32| (pixel as usize / scale).checked_sub(margin).filter(|at| *at < code.size);
            let is_dark = at(x).zip(at(y)).is_some_and(|(x, y)| code[y][x].value());
            image::Luma([if is_dark { 0 } else { 255 }])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        resize(&sharp, side, side, FilterType::Triangle).write_to(&mut png, image::ImageFormat::Png).expect("encoded");
        png.into_inner()
    }

    #[test]
    fn a_code_that_was_made_is_read_from_a_picture() {
        for number in 0..12_u64 {
            // As long as a recovery sheet's, and another picture each time.
            let secret = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let text = format!(
                "multaqa://join?server=https%3A%2F%2Fsync.example.org&key={secret:064x}#{}",
                format!("{secret:016x}").repeat(6)
            );
            for side in [320, 496] {
                assert_eq!(read(&shown(&text, side)).expect("a code"), text, "{side} pixels");
            }
            assert!(svg(&text).expect("short enough").starts_with("<svg"));
        }
    }

    #[test]
    fn what_is_no_picture_or_has_no_code_says_so() {
        for bytes in [&b""[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", &[0xff; 4096]] {
            assert_eq!(read(bytes).expect_err("no picture").code, Code::Invalid);
        }
        assert_eq!(svg(&"x".repeat(10_000)).expect_err("too long").code, Code::TooLarge);
    }
}
