"""What each database role may do: one table, applied after every migration, checked by a test for completeness.

Whatever is not listed here, nobody but the owner may touch; PostgreSQL's own gifts to PUBLIC are taken back before
the first migration (database.py).
"""

from psycopg import Connection, sql

SELECT, INSERT, UPDATE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"

# table -> role -> privileges
TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "access_consent": {"gate": (SELECT, INSERT)},
    "access_grant": {"gate": (SELECT, INSERT)},
    "access_record": {"gate": (SELECT, INSERT)},
    "access_request": {"gate": (SELECT, INSERT)},
    "account_emailaddress": {"web": (SELECT,)},
    "account_emailconfirmation": {"web": (SELECT,)},
    "acknowledgement": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "address": {"web": (SELECT,)},
    "agency": {
        "custodian": (SELECT,),
        "gate": (SELECT, "UPDATE (profile_number, hidden_attributes)"),
        "ingest": (SELECT,),
        "web": (SELECT,),
    },
    "alert": {"gate": (SELECT,), "ingest": (INSERT, "SELECT (agency_id, id)")},
    "alert_move": {"gate": (SELECT,)},
    "alert_step": {"gate": (SELECT, INSERT)},
    "attestation": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "auth_group": {},
    "auth_group_permissions": {},
    "auth_permission": {},
    "camera": {"custodian": (SELECT,), "gate": (SELECT,), "ingest": (SELECT,), "web": (SELECT,)},
    "canvass": {"web": (SELECT, INSERT)},
    "case_file": {"gate": (SELECT,), "web": (SELECT, INSERT, "UPDATE (closed_at, closed_by)")},
    "case_item": {"gate": (SELECT,), "web": (SELECT, INSERT)},
    "case_member": {"gate": (SELECT,), "web": (SELECT, INSERT, "UPDATE (removed_at, removed_by)")},
    "delivery": {"web": (SELECT, INSERT, "UPDATE (attempts, next_at, delivered_at, error, subscription_id)")},
    "custody_step": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "deployment_order": {"gate": (INSERT,), "web": (SELECT,)},
    "case_list": {"custodian": (SELECT, INSERT), "web": (SELECT,)},
    "designation": {"gate": (SELECT, INSERT, "UPDATE (held_to)"), "web": (SELECT,)},
    "django_content_type": {},
    "django_migrations": {},
    "django_session": {"web": (SELECT, INSERT, UPDATE, DELETE)},
    "entry_cancellation": {
        "gate": (SELECT, INSERT, "UPDATE (broadcast_at, broadcast_by, dropped_at)"),
        "ingest": ("SELECT (agency_id, hot_list_id, match_key, region, category, record, dropped_at)",),
    },
    "evidence_package": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "hit": {"gate": (SELECT,), "ingest": (INSERT, "SELECT (read_id)")},
    "hold": {"custodian": (SELECT,), "web": (SELECT,)},
    "hold_read": {"custodian": (SELECT,), "web": (SELECT,)},
    "hold_step": {"custodian": (SELECT,), "web": (SELECT,)},
    "entry_request": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "entry_step": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "host_confirmation": {"custodian": (SELECT,), "web": (SELECT,)},
    "hot_list": {
        "gate": (SELECT,),
        "ingest": (
            SELECT,
            INSERT,
            "UPDATE (current_id, fetched_at, in_force_at, layout, refused_at, refusal, waiting_id)",
        ),
        "web": (SELECT,),
    },
    "hot_list_entry": {"gate": (SELECT,), "ingest": (SELECT, INSERT)},
    "hot_list_version": {"gate": (SELECT,), "ingest": (SELECT, INSERT), "web": (SELECT,)},
    "image": {"gate": (SELECT,), "ingest": (INSERT,)},
    "image_key": {"gate": (SELECT,), "ingest": (SELECT, INSERT)},
    "interagency_agreement": {
        "gate": (SELECT, INSERT, "UPDATE (ended_at, ended_by, ended_because)"),
        "web": (SELECT,),
    },
    "issued_document": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "job_run": {"custodian": (SELECT, INSERT, UPDATE), "web": (SELECT,)},
    "known_case": {"custodian": (SELECT, INSERT, DELETE), "web": (SELECT,)},
    "ledger_checkpoint": {"auditor": (SELECT, INSERT)},
    "ledger_details": {"auditor": (SELECT,), "gate": (SELECT,)},
    "ledger_entry": {"auditor": (SELECT,), "gate": (SELECT,)},
    "list_source": {"ingest": (SELECT, "UPDATE (tag, tried_at, failures, error)"), "web": (SELECT,)},
    "ledger_publication": {"auditor": (SELECT, INSERT), "web": (SELECT,)},
    "ledger_state": {"auditor": (SELECT, INSERT), "gate": (SELECT,), "web": (SELECT,)},
    "login_attempt": {"web": (SELECT, INSERT)},
    "made_of": {},
    "maintenance_visit": {"gate": (SELECT, INSERT, "UPDATE (closed_at, valid_to)"), "web": (SELECT,)},
    "mfa_authenticator": {"gate": (DELETE, "SELECT (user_id)"), "web": (SELECT, INSERT, UPDATE, DELETE)},
    "misuse_finding": {"auditor": (SELECT, INSERT), "gate": (SELECT,), "web": (SELECT,)},
    "misuse_review": {"web": (SELECT, INSERT)},
    "notice": {"web": (SELECT, INSERT, "UPDATE (seen_at)")},
    "push_subscription": {"web": (SELECT, INSERT, UPDATE, DELETE)},
    "old_data_request": {"web": (SELECT, INSERT)},
    "old_data_step": {"web": (SELECT, INSERT)},
    "outside_reviewer": {"gate": (SELECT,), "web": (SELECT, INSERT, "UPDATE (ended_at, ended_by)")},
    "person": {
        # never username, agency_id or added_at: who somebody is does not change (C-7)
        "gate": (
            SELECT,
            INSERT,
            (
                "UPDATE (acknowledged, assignment, authorization_document, authorization_sha256, authorized_at,"
                " authorized_by, camera_groups, disabled_at, disabled_because, email, employee_number, enabled_at,"
                " entitlements, full_name, granted_at, granted_by, is_active, is_on_duty, locked_at,"
                " must_choose_password, password, released_at, reset_asked_at, reset_asked_by, roles, separated_at,"
                " suspended_because, suspended_until,"
                " suspension_decision, title)"
            ),
        ),
        "web": (
            SELECT,
            "UPDATE (password, last_login, last_used_at, locked_at, must_choose_password, last_code_step)",
        ),
    },
    "person_session": {
        "web": (SELECT, INSERT, "UPDATE (last_used_at, terminal_id, ended_at, ended_by, ended_because)"),
    },
    "plate": {"gate": (SELECT, INSERT, UPDATE)},
    "spot": {"gate": (SELECT, INSERT)},
    "profile_answer": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "profile_proposal": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "profile_version": {
        "auditor": (SELECT,),
        "custodian": (SELECT,),
        "gate": (SELECT, INSERT),
        "ingest": (SELECT,),
        "web": (SELECT,),
    },
    "plate_relation": {"gate": (SELECT,), "web": (SELECT, INSERT, "UPDATE (ended_at, ended_by)")},
    "producer": {"ingest": (SELECT,)},
    "provider_binding": {
        # never issuer or subject: nobody becomes somebody else by an update (IA-4)
        "gate": (SELECT, INSERT, DELETE, "UPDATE (release_asked_by, release_asked_at, release_because)"),
        "web": (SELECT,),
    },
    "purge_certificate": {"custodian": (SELECT,), "web": (SELECT,)},
    "purge_forecast": {"custodian": (SELECT, INSERT, UPDATE), "web": (SELECT,)},
    "purge_part": {"custodian": (SELECT,), "web": (SELECT,)},
    "purge_run": {"custodian": (SELECT,), "web": (SELECT,)},
    "purged_picture": {},
    "pursuit": {
        "web": (
            SELECT,
            INSERT,
            (
                "UPDATE (answered_at, answered_by_id, is_approved, handover_asked_at, handover_excuse, handed_over_to,"
                " handed_over_at, ended_at)"
            ),
        ),
    },
    "quarantined_read": {"ingest": (INSERT,)},
    "read": {"gate": (SELECT,), "ingest": (INSERT,)},
    "release_request": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "release_step": {"gate": (SELECT, INSERT), "web": (SELECT,)},
    "retention_consent": {"custodian": (SELECT,), "web": (SELECT,)},
    "retention_schedule": {"custodian": (SELECT,), "web": (SELECT,)},
    "terminal": {
        "web": (
            SELECT,
            INSERT,
            "UPDATE (code_sha256, token_sha256, enrolled_at, enrolled_by, revoked_at, revoked_by)",
        ),
    },
    "sensitive_place": {"web": (SELECT, INSERT, "UPDATE (ended_at, ended_by)")},
    "transfer_clock": {"custodian": (SELECT,), "web": (SELECT,)},
    "transfer_step": {"custodian": (SELECT,), "web": (SELECT,)},
    "trouble_ticket": {"web": (SELECT, INSERT, "UPDATE (closed_at, closed_by_id, outcome)")},
    "unit_shift": {"web": (SELECT, INSERT, "UPDATE (logged_off_at)")},
    "web_event": {"gate": (SELECT,)},
    "rms_attempt": {"custodian": (SELECT, INSERT), "gate": (SELECT,)},
    "rms_connection": {"custodian": (SELECT,), "gate": (SELECT,), "web": (SELECT,)},
    "rms_request": {"custodian": (SELECT,), "gate": (SELECT, INSERT)},
    "training_completion": {"gate": (SELECT, INSERT), "web": (SELECT,)},
}

# view -> roles that may select from it; each is owned by `gate` and opens with open_grants()
VIEWS: dict[str, tuple[str, ...]] = {
    "visible_access_grant": ("web",),
    "visible_access_record": ("web",),
    "visible_alert": ("web",),
    "visible_alert_step": ("web",),
    "visible_entry": ("web",),
    "visible_entry_cancellation": ("web",),
    "visible_hit": ("web",),
    "visible_image": ("web",),
    "visible_read": ("web",),
}

# function -> (owner, roles that may call it); functions run with their owner's rights
FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "may_act": ("owner", ("gate", "web")),
    "plate_fold": ("owner", ("gate", "web")),
    "plate_match_key": ("owner", ("gate", "ingest")),
    "typed_fold": ("owner", ("gate", "web")),
    "typed_pattern": ("owner", ("gate",)),
    "attributes_hidden_by": ("owner", ("gate",)),
    "shown_detail": ("owner", ("gate", "web")),
    "record_id": ("owner", ("gate",)),
    "finding_looks": ("gate", ("web",)),
    "judges_finding": ("gate", ()),
    "open_finding": ("gate", ("web",)),
    "inquiries_since": ("gate", ("auditor",)),
    "inquiry_days": ("gate", ("web",)),
    "relations_of": ("gate", ("web",)),
    "case_searches": ("gate", ("web",)),
    "answer_request": ("gate", ("web",)),
    "consents_to": ("gate", ("web",)),
    "count_by_camera": ("gate", ()),
    "count_by_cell": ("gate", ()),
    "count_by_plate": ("gate", ()),
    "count_by_time": ("gate", ()),
    "count_reads": ("gate", ("web",)),
    "plates_at": ("gate", ("web",)),
    "reads_by_camera": ("gate", ()),
    "reads_by_cell": ("gate", ()),
    "reads_by_plate": ("gate", ()),
    "reads_by_time": ("gate", ()),
    "request_consent": ("gate", ("web",)),
    "requests_seen_by": ("gate", ("web",)),
    "search_page": ("gate", ("web",)),
    "search_reads": ("gate", ("web",)),
    "spots_inside": ("gate", ()),
    "seen_at_both": ("gate", ("web",)),
    "travel_companions": ("gate", ("web",)),
    "vehicle_pattern": ("gate", ("web",)),
    "accesses_of_release": ("gate", ("web",)),
    "accesses_to_exported": ("gate", ("web",)),
    "acknowledge_document": ("gate", ("web",)),
    "add_person": ("gate", ("web",)),
    "admit_vendor": ("gate", ("web",)),
    "access_counts": ("gate", ("web",)),
    "answer_profile": ("gate", ("web",)),
    "answerable_person": ("gate", ()),
    "add_alert_step": ("gate", ()),
    # releases to other agencies (sharing/sql)
    "add_release_step": ("gate", ()),
    "end_agreement": ("gate", ("web",)),
    "enter_release_request": ("gate", ("web",)),
    "note_agreement": ("gate", ("web",)),
    "refuse_nameless_process": ("gate", ()),
    "refuse_unnamed_reads": ("gate", ()),
    "refuse_unreleased_access": ("gate", ()),
    "reads_beyond_release": ("gate", ()),
    "release_covers": ("gate", ()),
    "release_holds": ("gate", ()),
    "release_names": ("gate", ()),
    "release_state": ("gate", ()),
    "take_release_step": ("gate", ("web",)),
    "take_turn_of_release": ("gate", ()),
    # the purge and what it must respect (retention/sql)
    "add_held_key": ("owner", ("custodian",)),
    "consent_schedule": ("owner", ("web",)),
    "delete_due": ("owner", ()),
    "destroy_keys": ("owner", ("custodian",)),
    "drop_empty_month": ("owner", ("custodian",)),
    "due_keys": ("owner", ("custodian",)),
    "due_records": ("owner", ("custodian",)),
    "empty_month": ("owner", ()),
    "finish_purge": ("owner", ("custodian",)),
    "forget_replaced_entries": ("owner", ("custodian",)),
    "forget_statistics": ("owner", ()),
    "held_pictures": ("owner", ("custodian",)),
    "held_quarantine": ("owner", ()),
    "held_reads": ("owner", ()),
    "hold_state": ("owner", ("custodian", "web")),
    "idle_keys": ("owner", ("custodian",)),
    "known_keys": ("owner", ("custodian",)),
    "lock_politely": ("owner", ()),
    "move_picture": ("owner", ("custodian",)),
    "note_hold_question": ("owner", ("custodian",)),
    "note_host_confirmation": ("owner", ("web",)),
    "note_part": ("owner", ()),
    "open_purge": ("owner", ("custodian",)),
    "open_runs": ("owner", ()),
    "period_after": ("owner", ("custodian", "web")),
    "period_anniversary": ("owner", ("custodian", "web")),
    "pictures_removed": ("owner", ("custodian",)),
    "pictures_to_remove": ("owner", ("custodian",)),
    "propose_schedule": ("owner", ("custodian", "web")),
    "purge_months": ("owner", ("custodian",)),
    "purge_or_hold": ("owner", ()),
    "purge_plan": ("owner", ("custodian",)),
    "purge_quarantine": ("owner", ("custodian",)),
    "quarantine_plan": ("owner", ("custodian",)),
    "purge_reads": ("owner", ("custodian",)),
    "purge_records": ("owner", ("custodian",)),
    "purge_traces": ("owner", ("custodian",)),
    "refuse_early_purge": ("owner", ()),
    "refuse_foreign_search": ("gate", ()),
    "refuse_own_answer": ("owner", ()),
    "refuse_early_record_purge": ("owner", ()),
    "refuse_out_of_turn": ("owner", ()),
    "refuse_young_record": ("owner", ()),
    "request_hold": ("owner", ("web",)),
    "renew_statistics": ("owner", ("custodian",)),
    "schedule_in_force": ("owner", ("custodian", "web")),
    "take_hold_step": ("owner", ("web",)),
    "tell_old_data_step": ("owner", ()),
    "tidy_plates": ("owner", ("custodian",)),
    # vehicles' transfers (devices/sql)
    "add_transfer_step": ("owner", ()),
    "note_late_transfer": ("owner", ("ingest",)),
    "note_transfer_breach": ("owner", ("custodian",)),
    "note_transfers": ("owner", ("ingest",)),
    "state_transfer": ("owner", ("web",)),
    "transfer_counts_from": ("owner", ("custodian", "web")),
    # everything else
    "append_entry": ("owner", ("gate",)),
    "attest": ("gate", ("web",)),
    "await_record": ("gate", ("web",)),
    "bind_subject": ("gate", ("web",)),
    "change_person": ("gate", ("web",)),
    "close_visit": ("gate", ("web",)),
    "designate": ("gate", ("web",)),
    "end_designation": ("gate", ("web",)),
    "broadcast_cancellation": ("gate", ("web",)),
    "cancel_entry": ("gate", ()),
    "end_cancellations": ("gate", ("ingest",)),
    "expire_alerts": ("gate", ("ingest",)),
    "fresh_alerts": ("gate", ("ingest",)),
    "open_stops": ("gate", ("ingest",)),
    "unbroadcast_cancellations": ("gate", ("ingest",)),
    "revise_alerts": ("gate", ("ingest",)),
    "take_alert_step": ("gate", ("web",)),
    "ensure_month": ("owner", ("ingest",)),
    "erase_details": ("owner", ()),
    "is_hit": ("gate", ("web",)),
    "issue_document": ("gate", ("web",)),
    "kept_reads": ("owner", ()),
    "living_slices": ("owner", ("custodian",)),
    "known_reads": ("gate", ("ingest",)),
    "ledger_chain_hash": ("owner", ("gate", "web")),
    "ledger_checkpoint_over": ("owner", ("web",)),
    "ledger_field": ("owner", ("gate", "web")),
    "ledger_holds": ("owner", ("gate", "web", "auditor")),
    "ledger_leaf_hash": ("owner", ("gate", "web")),
    "note_plates": ("gate", ("ingest",)),
    "note_spot": ("gate", ("ingest",)),
    "open_access": ("gate", ("web",)),
    "news_mark": ("gate", ("web",)),
    "open_grants": ("gate", ("web",)),
    "order_deployment": ("gate", ("web",)),
    "own_record": ("gate", ("web",)),
    "records_about": ("gate", ("web",)),
    "person_lock_stays": ("owner", ()),
    "plate_bigrams": ("owner", ("gate", "web")),
    "plates_looking_like": ("gate", ("web",)),
    "plates_matching": ("gate", ("web",)),
    "propose_profile": ("gate", ("web",)),
    "public_counts": ("gate", ("web",)),
    "ledger_refuse_change": ("owner", ()),
    "refuse_change": ("owner", ()),
    "put_profile_in_force": ("gate", ()),
    "release_binding": ("gate", ("web",)),
    "request_entry": ("gate", ("web",)),
    "step_entry": ("gate", ("web",)),
    "queue_rms_request": ("gate", ()),
    "refuse_rms_change": ("owner", ()),
    "rms_counts": ("gate", ("web",)),
    "rms_unacknowledged": ("gate", ("web",)),
    "record_access": ("gate", ("web",)),
    "record_event": ("gate", ("web", "ingest", "custodian", "auditor")),
    "reset_second_factor": ("gate", ("web",)),
    "roster_actor": ("gate", ()),
    "roster_refuse": ("gate", ()),
    "roster_rules": ("gate", ("web",)),
    "roster_slug": ("gate", ()),
    "roster_subject": ("gate", ()),
    "seal_package": ("gate", ("web",)),
    "sign_training": ("gate", ("web",)),
    "take_custody_step": ("gate", ("web",)),
}

_GIVEN = ("ingest", "web", "custodian", "auditor", "gate")


def apply_privileges(connection: Connection) -> None:
    """Give every role exactly what the tables above say, in one transaction.

    Args:
        connection: the owner's.
    """
    roles = sql.SQL(", ").join(map(sql.Identifier, _GIVEN))
    with connection.transaction():
        connection.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(roles))
        connection.execute(
            sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {}").format(roles)
        )
        connection.execute("GRANT CREATE ON SCHEMA public TO gate")  # a new owner must be able to own
        for name, (owner, callers) in FUNCTIONS.items():
            function = sql.Identifier("public", name)
            if owner == "gate":
                connection.execute(sql.SQL("ALTER ROUTINE {} OWNER TO gate").format(function))
            connection.execute(sql.SQL("REVOKE ALL ON ROUTINE {} FROM PUBLIC, {}").format(function, roles))
            for role in {*callers, owner} - {"owner"}:  # what belongs to `gate`, `gate` may call
                connection.execute(
                    sql.SQL("GRANT EXECUTE ON ROUTINE {} TO {}").format(function, sql.Identifier(role))
                )
        for name, readers in VIEWS.items():
            view = sql.Identifier("public", name)
            connection.execute(sql.SQL("ALTER VIEW {} OWNER TO gate").format(view))
            for role in {*readers, "gate"}:  # a view may stand on another; its owner reads it, too
                connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(view, sql.Identifier(role)))
        connection.execute("REVOKE CREATE ON SCHEMA public FROM gate")
        for name, given in TABLES.items():
            for role, privileges in given.items():
                for privilege in privileges:
                    _grant(connection, name, role, privilege)


def _grant(connection: Connection, table: str, role: str, privilege: str) -> None:
    # the privilege comes from the table above, `UPDATE (column)` included; nothing a person typed reaches this
    connection.execute(
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(privilege),
            sql.Identifier("public", table),
            sql.Identifier(role),
        )
    )
