// Icons, and which of them point along the line and so turn around in Arabic.

import {
  ArrowLeft, ArrowRight, Bold, BookOpen, CalendarDays, Check, ChevronDown, ChevronLeft, ChevronRight, CircleAlert, CircleCheck, CloudOff, Download,
  Ellipsis, FileText, Grip, HardDrive, History, House, Image, Italic, Landmark, Link, List, ListChecks, ListOrdered, type LucideIcon, Paperclip, PenLine,
  Plus, Quote, Redo2, RefreshCw, Search, Send, Settings, Share2, Trash2, Undo2, Users, X, Lock, Clock, QrCode, Copy, Heading, CircleSlash, Printer, Filter, Eye, Smartphone, ExternalLink, Pilcrow, PilcrowLeft, PilcrowRight,
} from "lucide-react";

const icons = {
  back: ArrowLeft, forward: ArrowRight, previous: ChevronLeft, next: ChevronRight, down: ChevronDown, bold: Bold, italic: Italic, heading: Heading,
  list: List, numbered: ListOrdered, quote: Quote, link: Link, undo: Undo2, redo: Redo2, send: Send, today: House, conferences: Landmark, notes: FileText,
  plans: ListChecks, search: Search, write: PenLine, members: Users, settings: Settings, sync: RefreshCw, offline: CloudOff, device: HardDrive, server: CircleCheck,
  problem: CircleAlert, check: Check, close: X, add: Plus, more: Ellipsis, bin: Trash2, history: History, seen: Eye, day: CalendarDays, clock: Clock, picture: Image,
  attachment: Paperclip, share: Share2, copy: Copy, print: Printer, export: Download, qr: QrCode, lock: Lock, none: CircleSlash, filter: Filter, grip: Grip,
  statement: BookOpen, phone: Smartphone, outside: ExternalLink,
  // Which way a text runs is the same in every language, so these turn around in none.
  direction_auto: Pilcrow, direction_rtl: PilcrowLeft, direction_ltr: PilcrowRight,
} satisfies Record<string, LucideIcon>;
export type IconName = keyof typeof icons;

/** These follow the direction of reading. Clocks, check marks and media never do. */
const mirrored: ReadonlySet<IconName> = new Set(["back", "forward", "previous", "next", "list", "numbered", "quote", "undo", "redo", "send", "notes", "statement", "outside"]);

/** A picture beside words; it says nothing to a screen reader. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const Drawn = icons[name];
  return <Drawn aria-hidden focusable="false" size={size} strokeWidth={1.5} className={mirrored.has(name) ? "icon mirrored" : "icon"} />;
}
