namespace Reflow.Core.Projects;

/// <summary>
/// Every refusal of Feishu Project that the rules can give, one line each (contract project §3.1 and §1.5). <see cref="Error.Message"/> is
/// <c>err_msg</c>, <see cref="Error.Detail"/> is <c>err.msg</c>. Rows 1–24 of node operate are byte for byte those of seed 002.
/// </summary>
public static class ProjectErrors
{
    /// <summary>Row 1: confirm of a node whose status is 3.</summary>
    public static readonly Error NodeCompleted = new(20017, 400, "Node Is Completed");
    /// <summary>Row 2: confirm of a node whose status is 1.</summary>
    public static readonly Error NodeNotArrived = new(20016, 400, "Node Is Not Arrived");
    /// <summary>Row 3: the node id is no state key of this instance; names are not accepted.</summary>
    public static readonly Error NodeNotInWorkflow = new(20018, 400, "Node ID Not Exist In Workflow");
    /// <summary>Row 4: the node needs an owner and has none.</summary>
    public static readonly Error OwnerRequired = new(20038, 400, "Person in charge is required") { Detail = "Owner Required" };
    /// <summary>Row 5: a required field of the node's form is empty. The text has the node's name, then the field's id.</summary>
    public static Error FieldRequired(string nodeName, string fieldKey) => new(20038, 400, "Param missing") { Detail = $"{nodeName}({fieldKey}) Required" };
    /// <summary>Row 6: the node needs points and a schedule.</summary>
    public static Error ScheduleRequired(string nodeName) => new(20038, 400, "Estimates and schedules are required") { Detail = $"{nodeName} 估分and schedule required" };
    /// <summary>Row 7: the item is terminated, found while the change is decided.</summary>
    public static readonly Error Terminated = new(20007, 400, "Workitem is abort") { Detail = "Unable to operate on terminated work items" };
    /// <summary>Row 8: a role that must be filled has no member.</summary>
    public static Error RoleRequired(string roleName, string roleKey) => new(20038, 400, "This role info is mandatory") { Detail = $"role {roleName}({roleKey}) Required" };
    /// <summary>Row 9: a required signal field is not true.</summary>
    public static Error SignalNotPassed(string fieldName, string fieldKey) => new(50006, 500, "Param invalid") { Detail = $"{fieldName}({fieldKey}) Should Be Passed" };
    /// <summary>Row 10: no action, or a rollback without a reason. The comma is full-width; the seed's trailing space of the class text is a table's padding.</summary>
    public static readonly Error ActionOrReasonMissing = new(20005, 400, "Missing Param") { Detail = "Missing Param，action || rollBackReason is nil" };
    /// <summary>Row 11: the caller has confirmed this multi-person node already.</summary>
    public static readonly Error ConfirmedAlready = new(50006, 500, "task has been finished") { Detail = "Task has been finished" };
    /// <summary>Row 12: the node needs actual hours and none are recorded. The text has the node's id and a trailing dot.</summary>
    public static Error ActualHoursRequired(string nodeKey) => new(20038, 400, "The node actual working time is mandatory") { Detail = $"Node {nodeKey} 实际工时 is required." };
    /// <summary>Row 13: unknown, deleted, not a number, or of another type than the path says.</summary>
    public static readonly Error WorkItemNotFound = new(30005, 404, "WorkItem Not Found");
    /// <summary>Row 14: the item has no usable node workflow.</summary>
    public static readonly Error WorkflowBroken = new(50006, 500, "workflow err");
    /// <summary>Row 15: an interceptor of the space vetoes the change.</summary>
    public static readonly Error Intercepted = new(20090, 400, "Your request has been Intercept") { Detail = "Your request has been intercepted." };
    /// <summary>Row 16: a subtask that must be done before its node is not.</summary>
    public static Error SubTaskOpen(string nodeName, string taskName) => new(50006, 500, "Sub Task Not Completed") { Detail = $"Node {nodeName} cannot be completed because task {taskName} is not completed" };
    /// <summary>Row 17: an option id that is unknown or disabled.</summary>
    public static readonly Error OptionStale = new(20050, 400, "Field Option Value Is Wrong") { Detail = "Due to the administrator configuration update" };
    /// <summary>Row 18: the item is terminated, found before the change is decided; also a second abort.</summary>
    public static readonly Error AbortedAlready = new(20007, 400, "WorkItem Is Already Aborted");
    /// <summary>Row 19: another request is changing this workflow; wait 2 s, read again, retry.</summary>
    public static readonly Error InTransition = new(50006, 500, "The current workflow is in transition") { Detail = "Node workflow transitioning" };
    /// <summary>Row 20: a field key or alias that the type does not define.</summary>
    public static Error FieldNotFound(string alias) => new(30009, 404, "Field Not Found") { Detail = $"field_value_pairs field alias {alias}:can not find field" };
    /// <summary>Row 21: a milestone, or a node that needs a due time, has none.</summary>
    public static readonly Error MilestoneDueRequired = new(20038, 400, "Required Field Is Not Set") { Detail = "Milestone due time is required" };
    /// <summary>Row 22: the node's points are below the sum of its subtasks' points. The text says "exceed"; equality passes.</summary>
    public static readonly Error PointsBelowSubTasks = new(1000051743, 400, "RPC Call Error") { Detail = "Node 估分 must exceed that of its sub-tasks" };
    /// <summary>Row 23: the caller may not write this field.</summary>
    public static Error FieldNotEditable(string fieldName, string fieldKey) => new(50006, 500, "No right to edit") { Detail = $"Unable to edit {fieldName} ({fieldKey})" };
    /// <summary>Row 24: a role that the type does not have.</summary>
    public static readonly Error RoleNotFound = new(20041, 400, "Field RoleOwner Must Be Set In FieldValuePairs") { Detail = "Role owner do not exist in DB and request" };

    /// <summary>Rollback of a node whose status is not 3.</summary>
    public static readonly Error NodeNotCompleted = new(20037, 400, "Node Is not completed, Could Not Be Rollback");
    /// <summary>The caller is none of those who may do this.</summary>
    public static readonly Error NoPermission = new(10001, 403, "No Permission");
    /// <summary>The node or the item cannot go there: rollback disabled, item frozen, no such transition.</summary>
    public static readonly Error IllegalOperation = new(10002, 403, "Illegal Operation");
    /// <summary>The item exists, but in another space.</summary>
    public static readonly Error ProjectMismatch = new(20014, 400, "Project And WorkItem Not Match");
    /// <summary>A parameter that must be there is not.</summary>
    public static readonly Error MissingParam = new(20005, 400, "Missing Param");
    /// <summary>A parameter with a value that is not allowed.</summary>
    public static Error InvalidParam(string what) => new(20006, 400, "Invalid Param") { Detail = what };
    /// <summary>A field value of the wrong shape for its type (contract project §2.1).</summary>
    public static Error FieldIllegal(string fieldKey) => InvalidParam($"field [{fieldKey}] is illegal");
    /// <summary>The body is no JSON object, or a member has a JSON type that cannot be meant.</summary>
    public static readonly Error InvalidJson = new(9999, 400, "Invalid Param");
    /// <summary>An entry of <c>schedules</c> with no owner, with several, or with one who does not own the node.</summary>
    public static readonly Error ScheduleOwnerInvalid = new(20032, 400, "DifferentSchedule Set Owner Invalid");
    /// <summary>A role of the type that is not one of the node's.</summary>
    public static readonly Error RoleNotOfNode = new(20048, 400, "Role Is Not Node Role");
    /// <summary>A user key that nobody has.</summary>
    public static readonly Error UserNotFound = new(30006, 404, "User Not Found");
    /// <summary>A time that is not in milliseconds of 13 digits, or an interval that ends before it starts.</summary>
    public static readonly Error TimeInvalid = new(20013, 400, "Invalid Time Interval");
    /// <summary>A field without <c>field_key</c> and <c>field_alias</c>.</summary>
    public static readonly Error FieldKeyMissing = new(20025, 400, "Field_key/Field_alias Missing");
    /// <summary>A field that no update may write: the template, the status, calculated values.</summary>
    public static Error FieldNotWritable(string fieldKey) => new(20033, 400, "Update Field Invalid") { Reason = $"The field {fieldKey} is written by no update." };
    /// <summary>A required field is missing when an item is created.</summary>
    public static Error RequiredFieldNotSet(string fieldKey) => new(20038, 400, "Required Field Is Not Set") { Reason = $"The field {fieldKey} is required." };
    /// <summary>A field given twice, or <c>name</c> or <c>template</c> inside the field pairs of a create.</summary>
    public static Error FieldDuplicated(string fieldKey) => new(20083, 400, "Duplication Field Exist") { Reason = $"The field {fieldKey} is given twice, or is none of the pairs." };
    /// <summary>The template is unknown or disabled.</summary>
    public static readonly Error TemplateNotFound = new(50006, 500, "Template not found");
    /// <summary>The type of work item is unknown in the space.</summary>
    public static readonly Error TypeNotFound = new(30014, 404, "Work item type not found");
    /// <summary>The type of work item is disabled.</summary>
    public static readonly Error TypeDisabled = new(20044, 400, "WorkItemType Is Disabled");
    /// <summary>Restore of an item that is not terminated.</summary>
    public static readonly Error RestoredAlready = new(20008, 400, "WorkItem Is Already Restored");
    /// <summary>Abort or restore without a reason.</summary>
    public static readonly Error AbortReasonMissing = new(20009, 400, "Abort Or Restore No Reason");
    /// <summary>No subtask of the node has this id.</summary>
    public static readonly Error SubTaskNotFound = new(20046, 400, "Task ID Not Exist");
    /// <summary><c>assignee</c> and <c>role_assignee</c> in one request.</summary>
    public static readonly Error AssigneeTwice = new(20047, 400, "RoleAssignee And Assignee Can Not Be Set Together");
    /// <summary>The action is not one that this subtask allows now.</summary>
    public static readonly Error SubTaskActionNotSupported = new(20082, 400, "Action Not Supported");
    /// <summary>Confirm of a subtask that is done.</summary>
    public static readonly Error SubTaskFinished = new(50006, 500, "task has been finished") { Detail = "Task has been finished" };
    /// <summary>A subtask's deliverable is required and empty.</summary>
    public static Error DeliverableRequired(string taskName, string fieldKey) => new(50006, 500, "Param missing") { Detail = $"{taskName}({fieldKey}) Required" };
    /// <summary>The field <c>role_owners</c> is no list of roles and their user keys.</summary>
    public static readonly Error RoleOwnersIllegal = new(50006, 500, "role_owners is invalid");
    /// <summary>The node that a question names is none of the item's.</summary>
    public static readonly Error NodeGone = new(50006, 500, "This node no longer exists");
    /// <summary>A record of hours that the item does not have.</summary>
    public static readonly Error RecordNotFound = new(30015, 404, "Record Not Found");
    /// <summary>A review by somebody who does not own the node.</summary>
    public static readonly Error OnlyNodeOwners = new(1000053219, 400, "Only Node Owners Can Operate");
    /// <summary>A review conclusion that the node does not offer.</summary>
    public static readonly Error ConclusionUnknown = new(1000053308, 400, "Review Conclusion Label Not Exist");
    /// <summary>The type has no WBS; no type has one.</summary>
    public static readonly Error NotWbs = new(20089, 400, "WorkItem Is Not WBS");
    /// <summary>A page of more than 200.</summary>
    public static readonly Error PageTooLarge = new(20002, 400, "Page Size Limit");
    /// <summary>Nothing has the id of the path.</summary>
    public static readonly Error DataNotFound = new(30001, 404, "Data not found");

    /// <summary>No token in the header.</summary>
    public static readonly Error TokenMissing = new(10021, 401, "Token Not Exist");
    /// <summary>The token has expired.</summary>
    public static readonly Error TokenExpired = new(10022, 401, "Check Token Failed");
    /// <summary>The token is none that was ever issued.</summary>
    public static readonly Error TokenInvalid = new(10211, 403, "Token Info Is Invalid");
    /// <summary>The plugin may not call this, is not installed in the space, or the space is unknown.</summary>
    public static readonly Error TokenNotPermitted = new(10301, 401, "Check Token Perm Failed");
    /// <summary>The user behind the call has resigned.</summary>
    public static readonly Error UserResigned = new(10302, 401, "User Is Resigned");
    /// <summary>The user is no member of the space.</summary>
    public static readonly Error NoProjectPermission = new(10404, 403, "No Project Permission");
    /// <summary>More calls than the interface allows to one token.</summary>
    public static readonly Error TooManyRequests = new(10429, 429, "API Request Frequency Limit");
    /// <summary>The same <c>X-IDEM-UUID</c> again from the same token at the same interface.</summary>
    public static readonly Error Duplicate = new(10430, 429, "API Request Idempotent Limit");
    /// <summary>A plugin token without <c>X-USER-KEY</c>.</summary>
    public static readonly Error UserKeyMissing = new(20039, 400, "Plugin Token Must Have Header X-User-Key");
    /// <summary><c>X-USER-KEY</c> names nobody.</summary>
    public static readonly Error UserKeyWrong = new(20042, 400, "X-User-Key Is Wrong");
    /// <summary>More ids than one call may name.</summary>
    public static readonly Error TooManyWorkItems = new(20028, 400, "Workitem Ids Limit 50");
    /// <summary>Some fields with a leading <c>-</c> and some without.</summary>
    public static readonly Error FieldsMixed = new(20015, 400, "Field Mix With '-' And Without '-'");
    /// <summary>A transition that the item's state flow does not have.</summary>
    public static readonly Error StateNotInFlow = new(30012, 404, "State Not Found In Stateflow");
    /// <summary>Abort or restore of an item with a state flow.</summary>
    public static readonly Error OnlyNodeFlows = new(20056, 400, "Only WorkFlow Mode Can Be Aborted Or Restored");
    /// <summary>Node flow asked of an item with a state flow.</summary>
    public static readonly Error IsStateFlow = new(20026, 400, "FlowType Error");
    /// <summary>State flow asked of an item with a node flow.</summary>
    public static readonly Error IsNodeFlow = new(20027, 400, "FlowType Error");
    /// <summary>The caller does not administer the space.</summary>
    public static readonly Error NotAdministrator = new(10005, 403, "No Project Admin Permission");
    /// <summary>More spaces than one call may ask for.</summary>
    public static readonly Error TooManySpaces = new(20001, 400, "Param Request Limit");
    /// <summary>The type is missing, or does not fit the request.</summary>
    public static readonly Error TypeParamWrong = new(20003, 400, "Wrong WorkItemType Param");
    /// <summary>More people than one call may ask for.</summary>
    public static readonly Error TooManyUsers = new(20004, 400, "Search User Limit");
    /// <summary>A role operation that names no space; only those have a code of their own for it.</summary>
    public static readonly Error ProjectKeyWrong = new(1000052062, 400, "Project key is wrong");
    /// <summary>The type has a template of this name.</summary>
    public static readonly Error TemplateNameTaken = new(50006, 500, "Template name duplicate");
    /// <summary>An item has members in the role, or a node is bound to it.</summary>
    public static readonly Error RoleInUse = new(20093, 400, "Role Is In Use");
    /// <summary>An operator that is unknown or that the field does not have.</summary>
    public static readonly Error SearchOperatorWrong = new(20063, 400, "Search Operator Error");
    /// <summary>A key that cannot be searched.</summary>
    public static readonly Error SearchKeyWrong = new(20068, 400, "Search Param Key Error");
    /// <summary>A value of another shape than the key takes.</summary>
    public static readonly Error SearchValueWrong = new(20069, 400, "Search Param Value Error");
    /// <summary>Neither AND nor OR.</summary>
    public static readonly Error ConjunctionWrong = new(20072, 400, "Conjunction Error");
    /// <summary>More items match than a search answers.</summary>
    public static readonly Error TooManyMatches = new(20094, 400, "Search Result Count Exceed Limit");
    /// <summary>A field that links no items, or that is none.</summary>
    public static readonly Error RelationNotFound = new(30018, 404, "RelationKey Not Found");
}
