//! What every implementation of the log must do: each claim is a function, and a second implementation runs the
//! same ones. Knows the log by its traits only.
//!
//! ```ignore
//! for (name, claim) in conformance::CLAIMS {
//!     claim(&mut World::new(&mut make));
//! }
//! ```

mod appending;
mod compacting;
mod judging;
mod reading;
mod restoring;
mod uploading;
pub mod world;

use world::World;

/// One claim, on fresh logs.
pub type Claim = fn(&mut World<'_>);

/// Makes an empty log with a quota.
pub type Make<'a> = dyn FnMut(crate::log::Quota) -> world::Halves + 'a;

macro_rules! claims {
    ($($module:ident: $($claim:ident),+ $(,)?;)+) => {
        /// Every claim, by its name.
        pub const CLAIMS: &[(&str, Claim)] = &[$($((stringify!($claim), $module::$claim as Claim)),+),+];
    };
}

claims! {
    appending:
        rows_take_places_without_gaps,
        a_repeated_batch_is_answered_the_same,
        a_lost_reply_never_duplicates_a_row_within_one_batch,
        a_space_is_founded_only_by_a_device_that_was_let_in,
        a_secret_lets_one_device_in_until_it_expires,
        an_envelope_without_its_predecessor_waits,
        a_counter_that_skips_is_invalid,
        an_envelope_of_another_space_is_invalid,
        branches_are_kept_and_bounded,
        a_stranger_may_not_relay,
        whoever_brought_a_space_relays_its_log,
        time_never_runs_backwards_in_a_log,
        spaces_do_not_see_each_other,
        several_batches_are_one_append;
    judging:
        a_held_envelope_is_admitted_or_refused,
        a_refused_entry_keeps_its_bytes,
        an_invite_used_up_holds_the_second_join,
        an_invite_admits_a_join_that_was_here_before_it_with_what_came_under_it,
        removal_names_the_devices_and_holds_what_comes_later,
        a_device_that_sends_too_much_waits,
        strangers_never_fill_a_space,
        a_removed_member_leaves_room_for_strangers,
        a_full_space_still_takes_an_admins_entries;
    reading:
        pages_are_bounded_and_never_empty,
        a_cursor_of_another_log_is_reset,
        a_cursor_beyond_the_head_is_reset,
        known_rows_come_as_bare_ids,
        a_branch_that_comes_later_is_not_taken_for_known,
        tips_name_every_branch,
        a_space_that_is_not_here_reads_as_empty,
        the_roster_follows_the_log;
    uploading:
        a_blob_is_complete_only_with_its_hash,
        a_chain_goes_on_past_a_payload_that_its_bringer_lacks,
        a_broken_upload_goes_on_where_it_ended,
        a_foreign_upload_spoils_none,
        a_range_of_a_blob_is_read,
        a_large_payload_waits_for_its_blob,
        an_upload_counts_for_its_sender,
        an_upload_that_nothing_names_is_dropped;
    compacting:
        a_vouched_snapshot_drops_what_it_covers,
        nothing_is_dropped_before_its_time,
        an_authors_own_word_drops_nothing,
        a_lone_members_second_device_may_vouch,
        an_objection_keeps_everything,
        what_came_beside_a_snapshot_stays,
        what_was_admitted_after_a_snapshot_stays,
        a_snapshot_with_a_tip_from_elsewhere_drops_nothing,
        an_older_snapshot_goes_only_with_all_that_it_stands_for,
        a_dropped_payload_keeps_its_chain;
    restoring:
        a_recovering_space_takes_documents_but_no_entries,
        taking_back_gives_the_identical_head,
        taking_back_twice_is_harmless,
        rows_that_do_not_continue_the_log_are_not_taken_back,
        a_space_comes_back_whole,
        a_row_that_comes_back_before_its_payload_is_named,
        what_is_lost_everywhere_hides_nothing_that_is_not;
}

/// Runs every claim on logs that `make` makes, and names the one that fails.
pub fn run(make: &mut Make<'_>) {
    for (name, claim) in CLAIMS {
        eprintln!("claim {name}");
        claim(&mut World::new(make));
    }
}
