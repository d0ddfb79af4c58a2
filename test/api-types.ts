/* eslint-disable */
// Made from the application's own OpenAPI document: npx tsx test/api-document.ts
export interface paths {
    "/api/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where to find what */
        get: operations["readIndex"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the account */
        get: operations["readAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Give the account another name for people
         * @description Its host name stays; the operator changes that.
         */
        patch: operations["renameOwnAccount"];
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users */
        get: operations["listUsers"];
        put?: never;
        /** Make a user */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1000 users, all or none */
        post: operations["createUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a user */
        get: operations["readUser"];
        put?: never;
        post?: never;
        /** Delete a user */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description What is given changes, the rest stays.
         */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/v1/users/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link by which somebody chooses a password
         * @description An invitation, or where the password is lost. It works once, for three days, and takes the place of an earlier one. Where access is open, it works once that is required.
         */
        post: operations["createEntryLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List projects */
        get: operations["listProjects"];
        put?: never;
        /** Make a project */
        post: operations["createProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1000 projects, all or none */
        post: operations["createProjects"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a project */
        get: operations["readProject"];
        put?: never;
        post?: never;
        /** Delete a project */
        delete: operations["deleteProject"];
        options?: never;
        head?: never;
        /**
         * Change a project
         * @description What is given changes, the rest stays.
         */
        patch: operations["changeProject"];
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tasks */
        get: operations["listTasks"];
        put?: never;
        /** Make a task */
        post: operations["createTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1000 tasks, all or none */
        post: operations["createTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a task */
        get: operations["readTask"];
        put?: never;
        post?: never;
        /** Delete a task */
        delete: operations["deleteTask"];
        options?: never;
        head?: never;
        /**
         * Change a task
         * @description What is given changes, the rest stays.
         */
        patch: operations["changeTask"];
        trace?: never;
    };
    "/api/v1/projects/{id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the tasks of a project */
        get: operations["listTasksOfProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark a task as done
         * @description Does nothing to one that is.
         */
        post: operations["completeTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subtasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List subtasks */
        get: operations["listSubtasks"];
        put?: never;
        /** Make a subtask */
        post: operations["createSubtask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subtasks/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1000 subtasks, all or none */
        post: operations["createSubtasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subtasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a subtask */
        get: operations["readSubtask"];
        put?: never;
        post?: never;
        /** Delete a subtask */
        delete: operations["deleteSubtask"];
        options?: never;
        head?: never;
        /**
         * Change a subtask
         * @description What is given changes, the rest stays.
         */
        patch: operations["changeSubtask"];
        trace?: never;
    };
    "/api/v1/tasks/{id}/subtasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the subtasks of a task */
        get: operations["listSubtasksOfTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/subtasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark a subtask as done
         * @description Does nothing to one that is.
         */
        post: operations["completeSubtask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens */
        get: operations["listTokens"];
        put?: never;
        /**
         * Make a token
         * @description The answer alone has the token itself, so there is no `Idempotency-Key`: where the answer was lost, revoke the token and make another.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read what is known of a token */
        get: operations["readToken"];
        put?: never;
        post?: never;
        /**
         * Revoke a token
         * @description From then on nobody gets in with it.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what happened
         * @description Who came in or tried to, what changed among people and tokens, who looked into the account, and what was done to it from outside. Nothing of it can be changed.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See whether the record is whole
         * @description Computes every hash anew. That none was taken off the end shows only against a hash that was noted elsewhere: send that as `known_id` and `known_hash`.
         */
        get: operations["verifyEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all accounts
         * @description By slug where `sort` says name.
         */
        get: operations["listAccounts"];
        put?: never;
        /** Make an account */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look an account up by its slug */
        get: operations["findAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Give an account another slug or another name
         * @description The old slug leads to the new one for as many hours as `redirect_hours` says, and is gone then.
         */
        patch: operations["renameAccount"];
        trace?: never;
    };
    "/api/v1/accounts/{slug}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse an account's people from now on
         * @description Its rows are kept.
         */
        post: operations["suspendAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{slug}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Serve an account again */
        post: operations["resumeAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the projects of all accounts
         * @description Account by account. Those with databases of their own are left out; `not_included` says which.
         */
        get: operations["overviewProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the tasks of all accounts
         * @description Account by account. Those with databases of their own are left out; `not_included` says which.
         */
        get: operations["overviewTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview/subtasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the subtasks of all accounts
         * @description Account by account. Those with databases of their own are left out; `not_included` says which.
         */
        get: operations["overviewSubtasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users of all accounts
         * @description Account by account. Those with databases of their own are left out; `not_included` says which.
         */
        get: operations["overviewUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        NewUser: {
            /**
             * @description Belongs to one person of the account, in any letter case
             * @example ann@example.com
             */
            email: string;
            /**
             * @description Left out, it is "".
             * @example Ann
             */
            first_name?: string;
            /**
             * @description Left out, it is "".
             * @example Miller
             */
            last_name?: string;
            /** @description Left out, it is true. */
            is_active?: boolean;
            /**
             * @description An owner manages people, too, a member works, a viewer looks. Left out, it is "member".
             * @enum {string}
             */
            role?: "owner" | "member" | "viewer";
        };
        NewProject: {
            /** @example Spring catalogue */
            name: string;
            /**
             * @description Anything that is to be said of it. Left out, it is "".
             * @example Both sides, in colour.
             */
            details?: string;
        };
        NewTask: {
            /**
             * @description The project that it belongs to
             * @example 17
             */
            project_id: number;
            /** @example Photographs */
            name: string;
            /**
             * @description Anything that is to be said of it. Left out, it is "".
             * @example Both sides, in colour.
             */
            details?: string;
            /** @description Whether it is done. Left out, it is false. */
            is_complete?: boolean;
        };
        NewSubtask: {
            /**
             * @description The task that it belongs to
             * @example 17
             */
            task_id: number;
            /** @example Order paper */
            name: string;
            /**
             * @description Anything that is to be said of it. Left out, it is "".
             * @example Both sides, in colour.
             */
            details?: string;
            /** @description Whether it is done. Left out, it is false. */
            is_complete?: boolean;
        };
        UserChange: {
            /**
             * @description Belongs to one person of the account, in any letter case
             * @example ann@example.com
             */
            email?: string;
            /** @example Ann */
            first_name?: string;
            /** @example Miller */
            last_name?: string;
            is_active?: boolean;
            /**
             * @description An owner manages people, too, a member works, a viewer looks
             * @enum {string}
             */
            role?: "owner" | "member" | "viewer";
        };
        ProjectChange: {
            /** @example Spring catalogue */
            name?: string;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details?: string;
        };
        TaskChange: {
            /**
             * @description The project that it belongs to
             * @example 17
             */
            project_id?: number;
            /** @example Photographs */
            name?: string;
            /** @description Whether it is done */
            is_complete?: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details?: string;
        };
        SubtaskChange: {
            /**
             * @description The task that it belongs to
             * @example 17
             */
            task_id?: number;
            /** @example Order paper */
            name?: string;
            /** @description Whether it is done */
            is_complete?: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details?: string;
        };
        NewAccount: {
            /**
             * @description The first part of its host name
             * @example miller-and-sons
             */
            slug: string;
            /** @example Miller and Sons */
            name: string;
        };
        AccountChange: {
            /**
             * @description The first part of its host name
             * @example miller-and-sons
             */
            slug?: string;
            /** @example Miller and Sons */
            name?: string;
            /** @description How long the old slug leads to the new one. Left out, it is 24. */
            redirect_hours?: number;
        };
        OwnAccountChange: {
            /** @example Miller and Sons */
            name?: string;
        };
        Suspension: {
            /** @description What its people are told */
            reason?: string;
        };
        NewToken: {
            /** @example Nightly report */
            name: string;
            /**
             * @description What it lets a program do: read everything that a viewer sees, or write what a member may as well. Left out, it is "read".
             * @enum {string}
             */
            access?: "read" | "write";
            /** @description Left out, it is 90. */
            expires_in_days?: number;
        };
        /** @description The account of this host name */
        Account: {
            /** @example 17 */
            id: number;
            /**
             * @description The first part of its host name
             * @example tenant-0
             */
            slug: string;
            /** @example Miller and Sons */
            name: string;
            /** @enum {string} */
            status: "active" | "suspended";
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description Somebody who works in the account */
        User: {
            /** @example 17 */
            id: number;
            /**
             * @description Belongs to one person of the account, in any letter case
             * @example ann@example.com
             */
            email: string;
            /** @example Ann */
            first_name: string;
            /** @example Miller */
            last_name: string;
            is_active: boolean;
            /**
             * @description An owner manages people, too, a member works, a viewer looks
             * @enum {string}
             */
            role: "owner" | "member" | "viewer";
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description What tasks belong to */
        Project: {
            /** @example 17 */
            id: number;
            /** @example Spring catalogue */
            name: string;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description A piece of work */
        Task: {
            /** @example 17 */
            id: number;
            /**
             * @description The project that it belongs to
             * @example 17
             */
            project_id: number;
            /** @example Photographs */
            name: string;
            /** @description Whether it is done */
            is_complete: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description A step of a task */
        Subtask: {
            /** @example 17 */
            id: number;
            /**
             * @description The task that it belongs to
             * @example 17
             */
            task_id: number;
            /** @example Order paper */
            name: string;
            /** @description Whether it is done */
            is_complete: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description An account, as the catalogue knows it */
        KnownAccount: {
            /** @example 17 */
            id: number;
            /**
             * @description The first part of its host name
             * @example miller-and-sons
             */
            slug: string;
            /** @example Miller and Sons */
            name: string;
            /** @enum {string} */
            status: "active" | "suspended" | "deleted";
            /** @description Why it is suspended, or deleted */
            status_reason: string | null;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            status_since: string;
            /** @description Whether it has a database of its own */
            has_own_database: boolean;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        NotIncluded: {
            /** @description Accounts with databases of their own, which no such list reads */
            count: number;
            /** @description The first of them */
            slugs: string[];
        };
        /** @description Somebody who works in an account */
        UserOfAccount: {
            /** @example 17 */
            id: number;
            /**
             * @description Belongs to one person of the account, in any letter case
             * @example ann@example.com
             */
            email: string;
            /** @example Ann */
            first_name: string;
            /** @example Miller */
            last_name: string;
            is_active: boolean;
            /**
             * @description An owner manages people, too, a member works, a viewer looks
             * @enum {string}
             */
            role: "owner" | "member" | "viewer";
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
            /** @description Whose it is */
            account: {
                /** @example 17 */
                id: number;
                slug: string;
                name: string;
            };
        };
        /** @description A project, and whose it is */
        ProjectOfAccount: {
            /** @example 17 */
            id: number;
            /** @example Spring catalogue */
            name: string;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
            /** @description Whose it is */
            account: {
                /** @example 17 */
                id: number;
                slug: string;
                name: string;
            };
        };
        /** @description A task, and whose it is */
        TaskOfAccount: {
            /** @example 17 */
            id: number;
            /**
             * @description The project that it belongs to
             * @example 17
             */
            project_id: number;
            /** @example Photographs */
            name: string;
            /** @description Whether it is done */
            is_complete: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
            /** @description Whose it is */
            account: {
                /** @example 17 */
                id: number;
                slug: string;
                name: string;
            };
        };
        /** @description A subtask, and whose it is */
        SubtaskOfAccount: {
            /** @example 17 */
            id: number;
            /**
             * @description The task that it belongs to
             * @example 17
             */
            task_id: number;
            /** @example Order paper */
            name: string;
            /** @description Whether it is done */
            is_complete: boolean;
            /**
             * @description Anything that is to be said of it
             * @example Both sides, in colour.
             */
            details: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
            /** @description Whose it is */
            account: {
                /** @example 17 */
                id: number;
                slug: string;
                name: string;
            };
        };
        /** @description What went wrong (RFC 9457) */
        Problem: {
            /**
             * @description The address of the page about problems of this kind
             * @example /problems/not-found
             */
            type: string;
            /** @example Not found */
            title: string;
            /** @example 404 */
            status: number;
            /**
             * @description What is wrong this time
             * @example There is nothing at this address.
             */
            detail: string;
            /** @description Each value that cannot be taken */
            errors?: {
                /** @description What it takes */
                detail: string;
                /** @description Where in the body it stands: a JSON pointer */
                pointer?: string;
                parameter?: string;
                header?: string;
            }[];
            /** @description Under which a mistake of ours is logged */
            requestId?: string;
        };
        /** @description What lets a program into the account */
        Token: {
            /** @example 17 */
            id: number;
            /** @example Nightly report */
            name: string;
            /**
             * @description What it lets a program do: read everything that a viewer sees, or write what a member may as well
             * @enum {string}
             */
            access: "read" | "write";
            /**
             * @description Its last letters, to know it by
             * @example k3Jx
             */
            ending: string;
            /**
             * @description The address of whoever made it
             * @example ann@example.com
             */
            made_by: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            expires_at: string;
            /** @description When it was used last, give or take a minute */
            used_at: string | null;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
        };
        /** @description A token that was just made */
        ShownToken: {
            /** @example 17 */
            id: number;
            /** @example Nightly report */
            name: string;
            /**
             * @description What it lets a program do: read everything that a viewer sees, or write what a member may as well
             * @enum {string}
             */
            access: "read" | "write";
            /**
             * @description Its last letters, to know it by
             * @example k3Jx
             */
            ending: string;
            /**
             * @description The address of whoever made it
             * @example ann@example.com
             */
            made_by: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            expires_at: string;
            /** @description When it was used last, give or take a minute */
            used_at: string | null;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            updated_at: string;
            /**
             * @description The token itself, for `Authorization: Bearer`. It is shown this once and kept nowhere.
             * @example rowhouse_9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM
             */
            secret: string;
        };
        /** @description Something that happened to the account */
        Event: {
            /**
             * @description Counts the account's events from 1
             * @example 17
             */
            id: number;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            at: string;
            actor: {
                /**
                 * @description `service` is whoever runs it, `nobody` somebody who was not let in
                 * @enum {string}
                 */
                kind: "user" | "token" | "operator" | "nobody" | "service";
                id: number | null;
                /**
                 * @description What they were called then
                 * @example ann@example.com
                 */
                name: string;
            };
            /** @example sign-in */
            action: string;
            details: {
                [key: string]: unknown;
            };
            /** @description SHA-256 of the event and of the hash before it */
            hash: string;
        };
        Verification: {
            /** @description Whether every event is as it was recorded, none is missing before the last, and the known one is among them */
            is_intact: boolean;
            events: number;
            last_id: number | null;
            /** @description Note it elsewhere: only so can it be told later that none was taken off the end */
            last_hash: string | null;
            /** @description The first event that is not as it was recorded */
            broken_at: number | null;
            /** @description Whether the known event is there, where one was asked for */
            has_known: boolean | null;
        };
        /** @description What lets somebody choose a password, once */
        EntryLink: {
            /**
             * @description Shown this once, and kept nowhere
             * @example http://tenant-0.localhost:8080/link/?code=9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM
             */
            link: string;
            /** @example ann@example.com */
            email: string;
            /**
             * Format: date-time
             * @description To the microsecond, in UTC
             * @example 2026-05-04T09:30:00.123456Z
             */
            expires_at: string;
            /** @description Whether it was handed to what sends mail */
            is_mailed: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readIndex: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resources": {},
                     *       "documentation": "text",
                     *       "openapi": "text"
                     *     }
                     */
                    "application/json": {
                        /** @description The address of each kind of rows */
                        resources: {
                            [key: string]: string;
                        };
                        documentation: string;
                        openapi: string;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "tenant-0",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renameOwnAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Miller and Sons"
                 *     }
                 */
                "application/json": components["schemas"]["OwnAccountChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "tenant-0",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not implemented, or: Not set up */
            501: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "email": "ann@example.com",
                     *           "first_name": "Ann",
                     *           "last_name": "Miller",
                     *           "is_active": false,
                     *           "role": "owner",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["User"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ann@example.com",
                 *       "first_name": "Ann",
                 *       "last_name": "Miller",
                 *       "is_active": false,
                 *       "role": "owner"
                 *     }
                 */
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "email": "ann@example.com",
                     *       "first_name": "Ann",
                     *       "last_name": "Miller",
                     *       "is_active": false,
                     *       "role": "owner",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUsers: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "email": "ann@example.com",
                 *           "first_name": "Ann",
                 *           "last_name": "Miller",
                 *           "is_active": false,
                 *           "role": "owner"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    items: components["schemas"]["NewUser"][];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "email": "ann@example.com",
                     *           "first_name": "Ann",
                     *           "last_name": "Miller",
                     *           "is_active": false,
                     *           "role": "owner",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["User"][];
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "email": "ann@example.com",
                     *       "first_name": "Ann",
                     *       "last_name": "Miller",
                     *       "is_active": false,
                     *       "role": "owner",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ann@example.com",
                 *       "first_name": "Ann",
                 *       "last_name": "Miller",
                 *       "is_active": false,
                 *       "role": "owner"
                 *     }
                 */
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "email": "ann@example.com",
                     *       "first_name": "Ann",
                     *       "last_name": "Miller",
                     *       "is_active": false,
                     *       "role": "owner",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createEntryLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "link": "http://tenant-0.localhost:8080/link/?code=9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM",
                     *       "email": "ann@example.com",
                     *       "expires_at": "2026-05-04T09:30:00.123456Z",
                     *       "is_mailed": false
                     *     }
                     */
                    "application/json": components["schemas"]["EntryLink"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjects: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.
                 * @example order paper
                 */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "name": "Spring catalogue",
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Project"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProject: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Spring catalogue",
                 *       "details": "Both sides, in colour."
                 *     }
                 */
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "name": "Spring catalogue",
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProjects: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "name": "Spring catalogue",
                 *           "details": "Both sides, in colour."
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    items: components["schemas"]["NewProject"][];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "name": "Spring catalogue",
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Project"][];
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readProject: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "name": "Spring catalogue",
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProject: {
        parameters: {
            query?: {
                /**
                 * @description Whether its tasks go with it
                 * @example false
                 */
                cascade?: boolean;
            };
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeProject: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Spring catalogue",
                 *       "details": "Both sides, in colour."
                 *     }
                 */
                "application/json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "name": "Spring catalogue",
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTasks: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Those of one project
                 * @example 17
                 */
                project_id?: number;
                /**
                 * @description Those that are done, or are not
                 * @example false
                 */
                is_complete?: boolean;
                /**
                 * @description Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.
                 * @example order paper
                 */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "project_id": 17,
                     *           "name": "Photographs",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Task"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "project_id": 17,
                 *       "name": "Photographs",
                 *       "details": "Both sides, in colour.",
                 *       "is_complete": false
                 *     }
                 */
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "project_id": 17,
                     *       "name": "Photographs",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTasks: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "project_id": 17,
                 *           "name": "Photographs",
                 *           "details": "Both sides, in colour.",
                 *           "is_complete": false
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    items: components["schemas"]["NewTask"][];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "project_id": 17,
                     *           "name": "Photographs",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Task"][];
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readTask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "project_id": 17,
                     *       "name": "Photographs",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTask: {
        parameters: {
            query?: {
                /**
                 * @description Whether its subtasks go with it
                 * @example false
                 */
                cascade?: boolean;
            };
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeTask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "project_id": 17,
                 *       "name": "Photographs",
                 *       "is_complete": false,
                 *       "details": "Both sides, in colour."
                 *     }
                 */
                "application/json": components["schemas"]["TaskChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "project_id": 17,
                     *       "name": "Photographs",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTasksOfProject: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Those that are done, or are not
                 * @example false
                 */
                is_complete?: boolean;
                /**
                 * @description Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.
                 * @example order paper
                 */
                search?: string;
            };
            header?: never;
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "project_id": 17,
                     *           "name": "Photographs",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Task"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeTask: {
        parameters: {
            query?: {
                /**
                 * @description Whether its subtasks go with it
                 * @example false
                 */
                cascade?: boolean;
            };
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "project_id": 17,
                     *       "name": "Photographs",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSubtasks: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Those of one task
                 * @example 17
                 */
                task_id?: number;
                /**
                 * @description Those of all tasks of one project
                 * @example 17
                 */
                project_id?: number;
                /**
                 * @description Those that are done, or are not
                 * @example false
                 */
                is_complete?: boolean;
                /**
                 * @description Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.
                 * @example order paper
                 */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "task_id": 17,
                     *           "name": "Order paper",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Subtask"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSubtask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "task_id": 17,
                 *       "name": "Order paper",
                 *       "details": "Both sides, in colour.",
                 *       "is_complete": false
                 *     }
                 */
                "application/json": components["schemas"]["NewSubtask"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "task_id": 17,
                     *       "name": "Order paper",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subtask"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSubtasks: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "task_id": 17,
                 *           "name": "Order paper",
                 *           "details": "Both sides, in colour.",
                 *           "is_complete": false
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    items: components["schemas"]["NewSubtask"][];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "task_id": 17,
                     *           "name": "Order paper",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Subtask"][];
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readSubtask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "task_id": 17,
                     *       "name": "Order paper",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subtask"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSubtask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSubtask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "task_id": 17,
                 *       "name": "Order paper",
                 *       "is_complete": false,
                 *       "details": "Both sides, in colour."
                 *     }
                 */
                "application/json": components["schemas"]["SubtaskChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "task_id": 17,
                     *       "name": "Order paper",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subtask"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSubtasksOfTask: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Those of all tasks of one project
                 * @example 17
                 */
                project_id?: number;
                /**
                 * @description Those that are done, or are not
                 * @example false
                 */
                is_complete?: boolean;
                /**
                 * @description Words that name and details have: all of them, in any order and letter case. `"next week"` is a phrase, `or` stands between alternatives, and `-word` leaves rows out.
                 * @example order paper
                 */
                search?: string;
            };
            header?: never;
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "task_id": 17,
                     *           "name": "Order paper",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Subtask"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeSubtask: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description Any text of your own, a new one for each request: the same request sent again under it within a day gets the same answer and does nothing. It takes printable characters without spaces.
                 * @example 3f0c2b1e-6b1d-4a5e-9c59-5d5fd3ffb0a1
                 */
                "idempotency-key"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "task_id": 17,
                     *       "name": "Order paper",
                     *       "is_complete": false,
                     *       "details": "Both sides, in colour.",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subtask"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    /** @description `true` where this is the answer to an earlier request of the same key */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "name": "Nightly report",
                     *           "access": "read",
                     *           "ending": "k3Jx",
                     *           "made_by": "ann@example.com",
                     *           "expires_at": "2026-05-04T09:30:00.123456Z",
                     *           "used_at": "2026-05-04T09:30:00.123456Z",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Token"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Nightly report",
                 *       "access": "read",
                 *       "expires_in_days": 1
                 *     }
                 */
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "name": "Nightly report",
                     *       "access": "read",
                     *       "ending": "k3Jx",
                     *       "made_by": "ann@example.com",
                     *       "expires_at": "2026-05-04T09:30:00.123456Z",
                     *       "used_at": "2026-05-04T09:30:00.123456Z",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z",
                     *       "secret": "rowhouse_9wV0Zr3pQm1sLk8YtUaXcBnEiGfHjDoTqRzWvSxK2yM"
                     *     }
                     */
                    "application/json": components["schemas"]["ShownToken"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "name": "Nightly report",
                     *       "access": "read",
                     *       "ending": "k3Jx",
                     *       "made_by": "ann@example.com",
                     *       "expires_at": "2026-05-04T09:30:00.123456Z",
                     *       "used_at": "2026-05-04T09:30:00.123456Z",
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 17 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: the latest first, or the earliest with `id`
                 * @example -id
                 */
                sort?: "id" | "-id";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "at": "2026-05-04T09:30:00.123456Z",
                     *           "actor": {
                     *             "kind": "user",
                     *             "id": 1,
                     *             "name": "ann@example.com"
                     *           },
                     *           "action": "sign-in",
                     *           "details": {},
                     *           "hash": "text"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Event"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyEvents: {
        parameters: {
            query?: {
                /** @description The id of an event that was noted earlier */
                known_id?: number;
                /**
                 * @description Its hash then
                 * @example 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
                 */
                known_hash?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "is_intact": false,
                     *       "events": 1,
                     *       "last_id": 1,
                     *       "last_hash": null,
                     *       "broken_at": 1,
                     *       "has_known": null
                     *     }
                     */
                    "application/json": components["schemas"]["Verification"];
                };
            };
            /** @description Renamed */
            307: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No longer here */
            410: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests, or: Too many attempts */
            429: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description The order: by name, by id, or by the time of creation; downwards with a minus sign. Users are ordered by e-mail address instead of by name.
                 * @example id
                 */
                sort?: "name" | "-name" | "id" | "-id" | "created" | "-created";
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
                /**
                 * @description Those of one status
                 * @example active
                 */
                status?: "active" | "suspended" | "deleted";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "slug": "miller-and-sons",
                     *           "name": "Miller and Sons",
                     *           "status": "active",
                     *           "status_reason": null,
                     *           "status_since": "2026-05-04T09:30:00.123456Z",
                     *           "has_own_database": false,
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z"
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["KnownAccount"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "slug": "miller-and-sons",
                 *       "name": "Miller and Sons"
                 *     }
                 */
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    /** @description The address of what was made, or of the same account at its present name */
                    Location?: string;
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "miller-and-sons",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "status_reason": null,
                     *       "status_since": "2026-05-04T09:30:00.123456Z",
                     *       "has_own_database": false,
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["KnownAccount"];
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not implemented, or: Not set up */
            501: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you have it: if it is the same still, the answer has no body.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-none-match"?: string;
            };
            path: {
                /**
                 * @description The first part of its host name
                 * @example tenant-0
                 */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "miller-and-sons",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "status_reason": null,
                     *       "status_since": "2026-05-04T09:30:00.123456Z",
                     *       "has_own_database": false,
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["KnownAccount"];
                };
            };
            /** @description It is still as you know it */
            304: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renameAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /**
                 * @description The first part of its host name
                 * @example tenant-0
                 */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "slug": "miller-and-sons",
                 *       "name": "Miller and Sons",
                 *       "redirect_hours": 1
                 *     }
                 */
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "miller-and-sons",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "status_reason": null,
                     *       "status_since": "2026-05-04T09:30:00.123456Z",
                     *       "has_own_database": false,
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["KnownAccount"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not implemented, or: Not set up */
            501: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspendAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /**
                 * @description The first part of its host name
                 * @example tenant-0
                 */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "text"
                 *     }
                 */
                "application/json": components["schemas"]["Suspension"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "miller-and-sons",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "status_reason": null,
                     *       "status_since": "2026-05-04T09:30:00.123456Z",
                     *       "has_own_database": false,
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["KnownAccount"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Invalid value, or: Key used for another request */
            422: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not implemented, or: Not set up */
            501: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeAccount: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the row as you know it: if it has changed since, nothing is done.
                 * @example "Zq1LhK0cUMW9mWZ4iCrI0SyaKJ8"
                 */
                "if-match"?: string;
                /**
                 * @description `return=minimal` leaves the body of the answer out.
                 * @example return=minimal
                 */
                prefer?: string;
            };
            path: {
                /**
                 * @description The first part of its host name
                 * @example tenant-0
                 */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": 17,
                     *       "slug": "miller-and-sons",
                     *       "name": "Miller and Sons",
                     *       "status": "active",
                     *       "status_reason": null,
                     *       "status_since": "2026-05-04T09:30:00.123456Z",
                     *       "has_own_database": false,
                     *       "created_at": "2026-05-04T09:30:00.123456Z",
                     *       "updated_at": "2026-05-04T09:30:00.123456Z"
                     *     }
                     */
                    "application/json": components["schemas"]["KnownAccount"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    /** @description Stands for the row as it is */
                    ETag?: string;
                    /** @description Says that `Prefer` was followed */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile */
            412: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported media type */
            415: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not implemented, or: Not set up */
            501: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overviewProjects: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "name": "Spring catalogue",
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z",
                     *           "account": {
                     *             "id": 17,
                     *             "slug": "text",
                     *             "name": "text"
                     *           }
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1,
                     *       "not_included": {
                     *         "count": 1,
                     *         "slugs": [
                     *           "text"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ProjectOfAccount"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                        not_included: components["schemas"]["NotIncluded"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overviewTasks: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "project_id": 17,
                     *           "name": "Photographs",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z",
                     *           "account": {
                     *             "id": 17,
                     *             "slug": "text",
                     *             "name": "text"
                     *           }
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1,
                     *       "not_included": {
                     *         "count": 1,
                     *         "slugs": [
                     *           "text"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["TaskOfAccount"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                        not_included: components["schemas"]["NotIncluded"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overviewSubtasks: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "task_id": 17,
                     *           "name": "Order paper",
                     *           "is_complete": false,
                     *           "details": "Both sides, in colour.",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z",
                     *           "account": {
                     *             "id": 17,
                     *             "slug": "text",
                     *             "name": "text"
                     *           }
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1,
                     *       "not_included": {
                     *         "count": 1,
                     *         "slugs": [
                     *           "text"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["SubtaskOfAccount"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                        not_included: components["schemas"]["NotIncluded"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overviewUsers: {
        parameters: {
            query?: {
                /** @description Rows in an answer at most. There are fewer where their details come to more than a megabyte; `next` tells whether there is more */
                limit?: number;
                /**
                 * @description Where to go on: taken from `next` or `previous` of an earlier answer, with the same other parameters
                 * @example k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                 */
                cursor?: string;
                /**
                 * @description Whether to count all rows of the list, as `total`
                 * @example none
                 */
                count?: "exact" | "none";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description The addresses of the neighbouring slices, as `next` and `prev` (RFC 8288) */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": 17,
                     *           "email": "ann@example.com",
                     *           "first_name": "Ann",
                     *           "last_name": "Miller",
                     *           "is_active": false,
                     *           "role": "owner",
                     *           "created_at": "2026-05-04T09:30:00.123456Z",
                     *           "updated_at": "2026-05-04T09:30:00.123456Z",
                     *           "account": {
                     *             "id": 17,
                     *             "slug": "text",
                     *             "name": "text"
                     *           }
                     *         }
                     *       ],
                     *       "next": "/api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe",
                     *       "previous": null,
                     *       "total": 1,
                     *       "not_included": {
                     *         "count": 1,
                     *         "slugs": [
                     *           "text"
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["UserOfAccount"][];
                        /**
                         * @description The address of the rows that follow, if there are any
                         * @example /api/v1/tasks?limit=50&cursor=k3Jx0Wm9c1Q7uYt5RZfB8nHq2sVdLgPa6EoTiXyN4wCjUe
                         */
                        next: string | null;
                        /**
                         * @description The address of the rows before, if there are any
                         * @example null
                         */
                        previous: string | null;
                        /** @description All rows of the list; where `count=exact` asked for it */
                        total?: number;
                        not_included: components["schemas"]["NotIncluded"];
                    };
                };
            };
            /** @description Invalid request */
            400: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Password required, or: Not signed in, or: Wrong address or password */
            401: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description What lets somebody in */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Account suspended, or: Not allowed, or: Opened from another site */
            403: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found, or: No such tenant, or: No view over all accounts */
            404: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Host not served here */
            421: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal error */
            500: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not available right now, or: Being updated */
            503: {
                headers: {
                    /** @description What the request is called in the log of the service */
                    "X-Request-Id"?: string;
                    /** @description How many seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
