# SPDX-License-Identifier: EUPL-1.2
# A core test needs two lines: CORE_TESTS += and _LDADD = $(CORE_LIBS) $(CMOCKA_LIBS); likewise the
# shell's with $(SHELL_LIBS), the daemon's with $(DAEMON_LIBS).

SCRIPT_TESTS += tests/unit/completion.sh
SCRIPT_TESTS += tests/unit/man-pages.sh
EXTRA_DIST += tests/fake/fake_tokend.py
SCRIPT_TESTS += tests/unit/oauth2-token.sh
SCRIPT_TESTS += tests/unit/upward-call.sh

CORE_TESTS += tests/unit/test_base_day
tests_unit_test_base_day_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_base_file
tests_unit_test_base_file_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_base_json
tests_unit_test_base_json_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_base_log
tests_unit_test_base_log_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_base_text
tests_unit_test_base_text_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

CONF_HELP = tests/unit/conf_help.c tests/unit/conf_help.h
EXTRA_DIST += tests/unit/conf-example.conf
CORE_TESTS += tests/unit/test_conf_check
tests_unit_test_conf_check_SOURCES = tests/unit/test_conf_check.c $(CONF_HELP)
tests_unit_test_conf_check_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_conf_keys
tests_unit_test_conf_keys_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
SCRIPT_TESTS += tests/unit/conf-keys.sh
SCRIPT_TESTS += tests/unit/ctl-setup.sh
SCRIPT_TESTS += tests/unit/ctl-why.sh
EXTRA_DIST += tests/corpus/why
CORE_TESTS += tests/unit/test_conf_load
tests_unit_test_conf_load_SOURCES = tests/unit/test_conf_load.c $(CONF_HELP)
tests_unit_test_conf_load_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_conf_parse
tests_unit_test_conf_parse_SOURCES = tests/unit/test_conf_parse.c $(CONF_HELP)
tests_unit_test_conf_parse_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_conf_slice
tests_unit_test_conf_slice_SOURCES = tests/unit/test_conf_slice.c $(CONF_HELP)
tests_unit_test_conf_slice_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_conf_table
tests_unit_test_conf_table_SOURCES = tests/unit/test_conf_table.c $(CONF_HELP)
tests_unit_test_conf_table_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

CORE_TESTS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c src/ctl/check.c
tests_unit_test_check_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

CORE_TESTS += tests/unit/test_compose
tests_unit_test_compose_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_address
tests_unit_test_mail_address_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_class
tests_unit_test_mail_class_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_cms
tests_unit_test_mail_cms_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_corpus
tests_unit_test_mail_corpus_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_pdf
tests_unit_test_mail_pdf_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/corpus/pdf/owner-password.pdf tests/corpus/pdf/user-password.pdf
EXTRA_DIST += tests/corpus/ocr/letter.png tests/corpus/ocr/letter.jpg tests/corpus/ocr/letter.tif \
	tests/corpus/ocr/scan.pdf tests/corpus/ocr/garbled.pdf
CORE_TESTS += tests/unit/test_mail_limits
tests_unit_test_mail_limits_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_read
tests_unit_test_mail_read_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_rtf
tests_unit_test_mail_rtf_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_report
tests_unit_test_mail_report_SOURCES = tests/unit/test_mail_report.c tests/unit/bounce_cases.def
tests_unit_test_mail_report_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_words
tests_unit_test_mail_words_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_tnef
tests_unit_test_mail_tnef_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
DOCUMENT_CASE = tests/unit/document_case.c tests/unit/document_case.h
CORE_TESTS += tests/unit/test_mail_doc
tests_unit_test_mail_doc_SOURCES = tests/unit/test_mail_doc.c $(DOCUMENT_CASE)
tests_unit_test_mail_doc_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_docx
tests_unit_test_mail_docx_SOURCES = tests/unit/test_mail_docx.c $(DOCUMENT_CASE)
tests_unit_test_mail_docx_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_odt
tests_unit_test_mail_odt_SOURCES = tests/unit/test_mail_odt.c $(DOCUMENT_CASE)
tests_unit_test_mail_odt_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_mail_zip
tests_unit_test_mail_zip_SOURCES = tests/unit/test_mail_zip.c $(DOCUMENT_CASE)
tests_unit_test_mail_zip_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_reading
tests_unit_test_reading_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

REGISTRY_CASE = tests/unit/registry_case.c tests/unit/registry_case.h
REGISTRY_TOWN = $(REGISTRY_CASE) tests/unit/registry_fault.c tests/unit/registry_fault.h \
	tests/unit/registry_town.c tests/unit/registry_town.h
SHELL_TESTS += tests/unit/test_registry
tests_unit_test_registry_SOURCES = tests/unit/test_registry.c $(REGISTRY_CASE)
tests_unit_test_registry_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_report
tests_unit_test_registry_report_SOURCES = tests/unit/test_registry_report.c $(REGISTRY_CASE)
tests_unit_test_registry_report_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

SHELL_TESTS += tests/unit/test_registry_chores
tests_unit_test_registry_chores_SOURCES = tests/unit/test_registry_chores.c $(REGISTRY_CASE)
tests_unit_test_registry_chores_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

SHELL_TESTS += tests/unit/test_registry_folders
tests_unit_test_registry_folders_SOURCES = tests/unit/test_registry_folders.c $(REGISTRY_CASE)
tests_unit_test_registry_folders_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_erase
tests_unit_test_registry_erase_SOURCES = tests/unit/test_registry_erase.c $(REGISTRY_TOWN)
tests_unit_test_registry_erase_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_full
tests_unit_test_registry_full_SOURCES = tests/unit/test_registry_full.c $(REGISTRY_TOWN)
tests_unit_test_registry_full_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_work
tests_unit_test_registry_work_SOURCES = tests/unit/test_registry_work.c $(REGISTRY_CASE)
tests_unit_test_registry_work_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_book
tests_unit_test_registry_book_SOURCES = tests/unit/test_registry_book.c $(REGISTRY_CASE)
tests_unit_test_registry_book_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_kill
tests_unit_test_registry_kill_SOURCES = tests/unit/test_registry_kill.c $(REGISTRY_TOWN)
tests_unit_test_registry_kill_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_migrate
tests_unit_test_registry_migrate_SOURCES = tests/unit/test_registry_migrate.c $(REGISTRY_CASE)
tests_unit_test_registry_migrate_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_schema
tests_unit_test_registry_schema_SOURCES = tests/unit/test_registry_schema.c $(REGISTRY_CASE)
tests_unit_test_registry_schema_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_registry_search
tests_unit_test_registry_search_SOURCES = tests/unit/test_registry_search.c $(REGISTRY_CASE)
tests_unit_test_registry_search_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

PEER = tests/unit/peer.c tests/unit/peer.h
EXTRA_DIST += tests/fake/dovecot.sh
SHELL_TESTS += tests/unit/test_imap_dovecot
tests_unit_test_imap_dovecot_SOURCES = tests/unit/test_imap_dovecot.c $(PEER)
tests_unit_test_imap_dovecot_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/fake/certificates.sh tests/fake/fake_imapd.py
SHELL_TESTS += tests/unit/test_imap_lies
tests_unit_test_imap_lies_SOURCES = tests/unit/test_imap_lies.c $(PEER)
tests_unit_test_imap_lies_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_net_secret
tests_unit_test_net_secret_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_net_stream
tests_unit_test_net_stream_SOURCES = tests/unit/test_net_stream.c $(PEER)
tests_unit_test_net_stream_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_imap_backoff
tests_unit_test_imap_backoff_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_imap_name
tests_unit_test_imap_name_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_dir_mailbox
tests_unit_test_dir_mailbox_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

TOWN = tests/unit/town.c tests/unit/town.h
TOWN_JUDGE = tests/unit/town_judge.c tests/unit/town_judge.h $(TOWN)
SHELL_TESTS += tests/unit/test_spoofing
tests_unit_test_spoofing_SOURCES = tests/unit/test_spoofing.c tests/unit/spoofing_cases.def \
	$(TOWN_JUDGE)
tests_unit_test_spoofing_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

EXTRA_DIST += tests/fake/smime.sh
CORE_TESTS += tests/unit/test_smime
tests_unit_test_smime_SOURCES = tests/unit/test_smime.c tests/unit/peer.c tests/unit/peer.h $(TOWN)
tests_unit_test_smime_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
TOWN_MAILS = tests/unit/town_mails.c tests/unit/town_mails.h $(TOWN) $(REGISTRY_CASE)
SHELL_TESTS += tests/unit/test_follow_up
tests_unit_test_follow_up_SOURCES = tests/unit/test_follow_up.c $(TOWN_MAILS)
tests_unit_test_follow_up_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_accept
tests_unit_test_accept_SOURCES = tests/unit/test_accept.c $(TOWN_MAILS)
tests_unit_test_accept_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_reread
tests_unit_test_reread_SOURCES = tests/unit/test_reread.c $(TOWN_MAILS)
tests_unit_test_reread_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_ruling
tests_unit_test_ruling_SOURCES = tests/unit/test_ruling.c $(TOWN) $(REGISTRY_CASE)
tests_unit_test_ruling_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_authres
tests_unit_test_authres_SOURCES = tests/unit/test_authres.c $(TOWN)
tests_unit_test_authres_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

CORE_TESTS += tests/unit/test_trust
tests_unit_test_trust_SOURCES = tests/unit/test_trust.c $(TOWN)
tests_unit_test_trust_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_arrival
tests_unit_test_arrival_SOURCES = tests/unit/test_arrival.c $(TOWN)
tests_unit_test_arrival_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_deadline
tests_unit_test_deadline_SOURCES = tests/unit/test_deadline.c $(TOWN)
tests_unit_test_deadline_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_refine
tests_unit_test_refine_SOURCES = tests/unit/test_refine.c $(TOWN)
tests_unit_test_refine_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

SHELL_TESTS += tests/unit/test_automatic
tests_unit_test_automatic_SOURCES = tests/unit/test_automatic.c tests/unit/automatic_cases.def \
	tests/unit/automatic_more.def \
	tests/unit/automatic_near.def $(TOWN_JUDGE)
tests_unit_test_automatic_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_decide
tests_unit_test_decide_SOURCES = tests/unit/test_decide.c $(TOWN)
tests_unit_test_decide_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_office
tests_unit_test_office_SOURCES = tests/unit/test_office.c $(TOWN)
tests_unit_test_office_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_number
tests_unit_test_number_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
GOLDEN = tests/unit/golden.c tests/unit/golden.h
CORE_TESTS += tests/unit/test_book
tests_unit_test_book_SOURCES = tests/unit/test_book.c $(GOLDEN) $(TOWN)
tests_unit_test_book_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_waiting
tests_unit_test_waiting_SOURCES = tests/unit/test_waiting.c $(GOLDEN) $(TOWN)
tests_unit_test_waiting_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_reply
tests_unit_test_reply_SOURCES = tests/unit/test_reply.c $(GOLDEN) $(TOWN)
tests_unit_test_reply_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += \
	tests/corpus/replies/de-acknowledgement-forged.txt \
	tests/corpus/replies/de-acknowledgement-forwarded.txt \
	tests/corpus/replies/de-bad-file.txt \
	tests/corpus/replies/de-claim.txt \
	tests/corpus/replies/de-expiring.txt \
	tests/corpus/replies/en-expiring.txt \
	tests/corpus/replies/de-failed.txt \
	tests/corpus/replies/de-failed-full.txt \
	tests/corpus/replies/de-failed-refused.txt \
	tests/corpus/replies/de-failed-untold.txt \
	tests/corpus/replies/de-junk.txt \
	tests/corpus/replies/en-junk.txt \
	tests/corpus/replies/de-paced.txt \
	tests/corpus/replies/en-paced.txt \
	tests/corpus/replies/de-reminder.txt \
	tests/corpus/replies/en-bad-file.txt \
	tests/corpus/replies/en-claim.txt \
	tests/corpus/replies/en-failed.txt \
	tests/corpus/replies/en-failed-full.txt \
	tests/corpus/replies/en-failed-refused.txt \
	tests/corpus/replies/en-failed-untold.txt \
	tests/corpus/replies/en-reminder.txt \
	tests/corpus/replies/de-acknowledgement.txt \
	tests/corpus/replies/de-book.txt \
	tests/corpus/replies/de-daily.txt \
	tests/corpus/replies/de-release-confidential.txt \
	tests/corpus/replies/de-release.txt \
	tests/corpus/replies/en-book.txt \
	tests/corpus/replies/en-daily.txt \
	tests/corpus/replies/en-release.txt \
	tests/corpus/replies/de-confirmation-confidential.txt \
	tests/corpus/replies/de-confirmation.txt \
	tests/corpus/replies/de-named.txt \
	tests/corpus/replies/de-notice-forged.txt \
	tests/corpus/replies/de-notice-registered.txt \
	tests/corpus/replies/de-notice-unreadable.txt \
	tests/corpus/replies/de-notice-withdrawal.txt \
	tests/corpus/replies/de-notice.txt \
	tests/corpus/replies/de-review-forged.txt \
	tests/corpus/replies/de-review-mixed.txt \
	tests/corpus/replies/de-review-unreadable.txt \
	tests/corpus/replies/de-review.txt \
	tests/corpus/replies/en-acknowledgement-forged.txt \
	tests/corpus/replies/en-acknowledgement.txt \
	tests/corpus/replies/en-confirmation.txt \
	tests/corpus/replies/en-named.txt \
	tests/corpus/replies/en-notice.txt \
	tests/corpus/replies/en-review.txt \
	tests/corpus/replies/de-completed.txt \
	tests/corpus/replies/de-completes-notice.txt \
	tests/corpus/replies/de-completes.txt \
	tests/corpus/replies/de-answers-scan.txt \
	tests/corpus/replies/en-answers-scan.txt \
	tests/corpus/replies/de-follow-corrected.txt \
	tests/corpus/replies/de-follow-held.txt \
	tests/corpus/replies/de-follow-joined-list.txt \
	tests/corpus/replies/de-follow-joined.txt \
	tests/corpus/replies/de-follow-left-list.txt \
	tests/corpus/replies/de-follow-left-notice.txt \
	tests/corpus/replies/de-follow-left.txt \
	tests/corpus/replies/de-follow-papers.txt \
	tests/corpus/replies/de-follow-withdrawn.txt \
	tests/corpus/replies/en-completed-notice.txt \
	tests/corpus/replies/en-follow-corrected.txt \
	tests/corpus/replies/en-follow-held.txt \
	tests/corpus/replies/en-follow-left-list.txt \
	tests/corpus/replies/en-follow-left.txt \
	tests/corpus/replies/de-decided-bare.txt \
	tests/corpus/replies/de-decided-refused.txt \
	tests/corpus/replies/de-decided-unclear.txt \
	tests/corpus/replies/de-decided.txt \
	tests/corpus/replies/de-held-several.txt \
	tests/corpus/replies/de-held.txt \
	tests/corpus/replies/de-neutral.txt \
	tests/corpus/replies/en-decided-bare.txt \
	tests/corpus/replies/en-decided-refused.txt \
	tests/corpus/replies/en-decided-unclear.txt \
	tests/corpus/replies/en-decided.txt \
	tests/corpus/replies/en-held-several.txt \
	tests/corpus/replies/en-held.txt \
	tests/corpus/replies/en-neutral.txt

EXTRA_DIST += tests/fake/fake_smtpd.py
SHELL_TESTS += tests/unit/test_smtp_schedule
tests_unit_test_smtp_schedule_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)
SHELL_TESTS += tests/unit/test_smtp_transport
tests_unit_test_smtp_transport_LDADD = $(SHELL_LIBS) $(CMOCKA_LIBS)

DAEMON_TESTS += tests/unit/test_daemon_sandbox
tests_unit_test_daemon_sandbox_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
DAEMON_TESTS += tests/unit/test_daemon_wire
tests_unit_test_daemon_wire_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_motion_letters
tests_unit_test_motion_letters_SOURCES = tests/unit/test_motion_letters.c \
	tests/unit/motion_compare.c tests/unit/motion_compare.h
tests_unit_test_motion_letters_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/corpus/seed-letter.txt tests/corpus/seed-letter.json
EXTRA_DIST += tests/corpus/letters tests/corpus/mails
CORE_TESTS += tests/unit/test_wish
tests_unit_test_wish_SOURCES = tests/unit/test_wish.c tests/unit/wish_beside_cases.def \
	tests/unit/wish_cases.def \
	tests/unit/wish_other_cases.def tests/unit/wish_withdraw_cases.def
tests_unit_test_wish_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_answers
tests_unit_test_answers_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/corpus/answers tests/corpus/handed-on
CORE_TESTS += tests/unit/test_motion_mails
tests_unit_test_motion_mails_SOURCES = tests/unit/test_motion_mails.c \
	tests/unit/motion_compare.c tests/unit/motion_compare.h
tests_unit_test_motion_mails_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_motion_own
tests_unit_test_motion_own_SOURCES = tests/unit/test_motion_own.c \
	tests/unit/motion_compare.c tests/unit/motion_compare.h
tests_unit_test_motion_own_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
CORE_TESTS += tests/unit/test_motion_found
tests_unit_test_motion_found_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)

DAEMON_TESTS += tests/unit/test_daemon_landlock
tests_unit_test_daemon_landlock_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)

DAEMON_TESTS += tests/unit/test_daemon_reader
tests_unit_test_daemon_reader_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
