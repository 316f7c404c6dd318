//! What the app keeps about itself on this device: whose it is, how it looks, and where one was.

use serde::{Deserialize, Serialize};
use sync_engine::entry::{NAME_CHARS_MAX, Person};
use sync_engine::ids::{DeviceId, SpaceId};

use crate::app::App;
use crate::error::{Code, CommandError};
use crate::spaces::SpaceView;

/// 4 KiB: a route, a caret and how far the page was scrolled.
const PLACE_BYTES_MAX: usize = 4 << 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub language: Language,
    pub digits: Digits,
    pub months: Months,
    pub week_starts_on: Weekday,
    pub text_size: TextSize,
    pub appearance: Appearance,
    /// How many days the organisation's Hijri calendar is ahead of Umm al-Qura's.
    pub hijri_offset_days: i8,
    /// Where new notes go; none until there is a space.
    pub home_space: Option<SpaceId>,
    /// What was searched for, the last first.
    pub recent_searches: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::Ar,
            digits: Digits::Arab,
            months: Months::Iraqi,
            week_starts_on: Weekday::Saturday,
            text_size: TextSize::Normal,
            appearance: Appearance::System,
            hijri_offset_days: 0,
            home_space: None,
            recent_searches: Vec::new(),
        }
    }
}

macro_rules! choice {
    ($name:ident { $($word:ident),* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($word),* }
    };
}
choice!(Language { Ar, En });
choice!(Digits { Arab, Latn });
choice!(Months { Iraqi, Common });
choice!(Weekday { Saturday, Sunday, Monday });
choice!(TextSize { Small, Normal, Large, Larger });
choice!(Appearance { System, Light, Dark });

/// Everything that the first page needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Start {
    pub device: DeviceId,
    pub person: Option<Person>,
    pub settings: Settings,
    pub spaces: Vec<SpaceView>,
    pub version: &'static str,
    /// Where the page was when it was last left, as the page said it.
    pub left_at: Option<String>,
}

impl App {
    pub fn start(&self) -> Result<Start, CommandError> {
        let device = self.lock()?.device();
        Ok(Start {
            device,
            person: self.preference("person")?,
            settings: self.settings()?,
            spaces: self.spaces()?,
            version: env!("CARGO_PKG_VERSION"),
            left_at: self.preference("left_at")?,
        })
    }

    /// The name under which this device founds and joins from now on.
    pub fn set_person(&self, person: &Person) -> Result<(), CommandError> {
        let is_long = |text: &str| text.trim().is_empty() || text.chars().count() > NAME_CHARS_MAX;
        if is_long(&person.name) || is_long(&person.organisation) {
            return Err(CommandError::invalid(format!("a name has 1 to {NAME_CHARS_MAX} characters")));
        }
        self.set_preference("person", person)
    }

    pub(crate) fn person(&self) -> Result<Person, CommandError> {
        self.preference("person")?.ok_or_else(|| CommandError::invalid("say your name and organisation first"))
    }

    pub fn settings(&self) -> Result<Settings, CommandError> {
        Ok(self.preference("settings")?.unwrap_or_default())
    }

    pub fn set_settings(&self, settings: &Settings) -> Result<(), CommandError> {
        self.set_preference("settings", settings)
    }

    pub fn leave_at(&self, place: &str) -> Result<(), CommandError> {
        if place.len() > PLACE_BYTES_MAX {
            return Err(CommandError::new(Code::TooLarge, format!("a place has at most {PLACE_BYTES_MAX} bytes")));
        }
        self.set_preference("left_at", &place)
    }
}
